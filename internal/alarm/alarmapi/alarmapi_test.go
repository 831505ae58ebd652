package alarmapi_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/alarm"
	"d24/internal/alarm/alarmapi"
)

// TestEveryAlarmIsInTheDocument: the API document names every alarm that can be raised.
func TestEveryAlarmIsInTheDocument(t *testing.T) {
	t.Parallel()
	f, _ := reflect.TypeFor[alarmapi.AlarmRow]().FieldByName("Code")
	said := strings.Split(f.Tag.Get("enum"), ",")
	slices.Sort(said)
	var all []string
	for c := range maps.Keys(alarm.Severity) {
		all = append(all, string(c))
	}
	slices.Sort(all)
	require.Equal(t, all, said)
}
