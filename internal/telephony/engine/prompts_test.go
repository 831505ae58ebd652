package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/speech"
)

// hoarse speaks when it can.
type hoarse struct{ err error }

func (h *hoarse) Say(context.Context, string) ([]byte, error) {
	return []byte{1, 2, 3}, h.err
}

// TestNoCallIsSilentWithoutTheVoice is F42: a lost file gives way to its text, the text to
// a phrase recorded beforehand, an executor hears the number of his request digit by digit;
// it is told as a fault, and the right words sound again when the voice is back.
func TestNoCallIsSilentWithoutTheVoice(t *testing.T) {
	t.Parallel()
	voice := &hoarse{}
	p := newPrompts(voice, t.TempDir(), slog.New(slog.DiscardHandler))
	whole := func(b []byte) []byte { return media.NewPrompt(b).ALaw() }
	spoken := whole([]byte{1, 2, 3})
	sound := func(s telephony.Speech) []byte { return p.of(s).ALaw() }
	greeting := telephony.Speech{Text: "Здравствуйте", Spare: telephony.SpareWait}
	order := telephony.Speech{Text: "Заявка 42", Spare: telephony.SpareOrder, Number: 42}

	require.Equal(t, spoken, sound(telephony.Speech{Text: "слова"}))
	require.Empty(t, p.isMute())
	require.Equal(t, spoken, sound(telephony.Speech{File: "lost.wav", Text: "Здравствуйте", Spare: telephony.SpareWait}), "the words instead of the file")
	require.Contains(t, p.isMute(), "файл")

	voice.err = errors.New("no voice")
	bank := func(name string) []byte {
		b, err := speech.Recorded(name)
		require.NoError(t, err)
		return b
	}
	require.Equal(t, whole(bank("wait")), sound(greeting))
	digits, err := speech.Digits(42)
	require.NoError(t, err)
	require.Equal(t, whole(slices.Concat(bank("order"), digits, bank("accept"))), sound(order))
	require.NotEmpty(t, sound(telephony.Speech{Text: "Принято"}), "a tone where there is no phrase")
	require.Contains(t, p.isMute(), "голос")
	for _, s := range []telephony.Spare{telephony.SpareStay, telephony.SpareNotice, telephony.SpareCall} {
		require.Equal(t, whole(bank(string(s))), sound(telephony.Speech{Text: "x", Spare: s}))
	}

	voice.err = nil
	require.Equal(t, spoken, sound(greeting), "the voice is asked anew")
	require.Equal(t, spoken, sound(order))
}
