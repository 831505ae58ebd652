// Package page is how lists are cut into pages: by the place where the last page
// ended, never by an offset, so the hundred-thousandth row costs as much as the first.
package page

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"d24/internal/fault"
)

const (
	// Max is the most rows one page may have.
	Max = 100
	// Default is how many rows a page has when nobody asked.
	Default = 50
	// CountMax is where counting stops: more is shown as «1000+».
	CountMax = 1001
)

// Cursor is the place a page ended at: the moment and the id of its last row in a
// list that runs from the newest to the oldest.
type Cursor struct {
	At time.Time `json:"a"`
	ID int64     `json:"i"`
}

// String is the cursor for a URL; "" at the start.
func (c Cursor) String() string {
	if c.ID == 0 {
		return ""
	}
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Parse reads what String wrote; "" is the start. fault.Invalid "page.cursor" for
// anything else. A cursor carries no rights: it only moves the start of a list.
func Parse(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.ID <= 0 {
		return Cursor{}, fault.New(fault.Invalid, "page.cursor", "Страница списка устарела, откройте список заново.").At("query.cursor", "не подходит")
	}
	return c, nil
}

// Size is how many rows to show when n were asked for.
func Size(n int) int {
	switch {
	case n <= 0:
		return Default
	case n > Max:
		return Max
	}
	return n
}

// Cut takes size rows out of size+1 and tells the cursor of the next page, "" at the end.
func Cut[T any](rows []T, size int, place func(T) Cursor) (page []T, next string) {
	if len(rows) <= size {
		return rows, ""
	}
	return rows[:size], place(rows[size-1]).String()
}
