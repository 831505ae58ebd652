package calllogapi

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/calllog"
	"d24/internal/telephony"
)

// TestTheChangeOfTrunkIsRead is T4 in the journal of a call.
func TestTheChangeOfTrunkIsRead(t *testing.T) {
	fact := func(c telephony.Changed, repeat bool) calllog.Fact {
		data, err := json.Marshal(c)
		require.NoError(t, err)
		raw, err := json.Marshal(telephony.Report{Kind: telephony.CallTrunk, Data: data, Repeat: repeat})
		require.NoError(t, err)
		return calllog.Fact{Kind: string(telephony.CallTrunk), Data: raw}
	}
	require.Equal(t, "Другой транк: «X» – не отвечает, звоним через «Y»", words(fact(telephony.Changed{From: "X", To: "Y", Why: "не отвечает"}, false)))
	require.Equal(t, "Другой транк", words(fact(telephony.Changed{}, false)))
	require.Equal(t, "Другой транк (возможно, повтор)", words(fact(telephony.Changed{}, true)))
}

// TestABrokenEndIsRead: the journal says what broke a call off.
func TestABrokenEndIsRead(t *testing.T) {
	raw, err := json.Marshal(telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Why: "провайдер не продлил сессию"})
	require.NoError(t, err)
	require.Contains(t, words(calllog.Fact{Kind: string(telephony.CallEnded), Data: raw}), ", провайдер не продлил сессию")
}
