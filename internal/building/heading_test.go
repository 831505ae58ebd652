package building_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A table of flats names its columns as people do, and each is known by itself.
func TestColumnsOfFlatsAreKnownByTheirHeadings(t *testing.T) {
	t.Parallel()
	c := open(t)
	for heading, field := range map[string]string{
		"Подъезд": "entrance", "подъезд": "entrance", "Номер подъезда": "entrance", "Подъезд №": "entrance", "№ под.": "entrance", "П-д": "entrance", "парадная": "entrance", "entrance": "entrance",
		"Подъездов": "entrances", "Кол-во подъездов": "entrances", "Подъезды": "entrances",
		"эт.": "floor", "floor": "floor", "Этажи": "floors", "Кол-во этажей": "floors", "flat": "unit", "кв.": "unit", "кол-во квартир": "flats",
	} {
		l, err := c.intake.Look(c.us, "buildings", 0, []byte("Улица;Дом;"+heading+"\nМира;5;1\nМира;5;2\n"), 0, 0)
		require.NoError(t, err)
		if len(l.Columns) != 3 || l.Columns[2].Field != field {
			t.Errorf("%s: %+v", heading, l.Columns)
		}
	}
}
