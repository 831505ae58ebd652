package clock

import (
	"sync"
	"time"
)

// zones are those that were asked for, by name: a name is read from the disk once, and
// there are not many.
var zones sync.Map

// Zone is time.LoadLocation that remembers: to read a zone costs as much as a statement of
// the database, and each request that is shown or made needs one. The error is that of an
// unknown name.
func Zone(name string) (*time.Location, error) {
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location), nil //nolint:forcetypeassert // nothing else is kept
	}
	l, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, l)
	}
	return l, err
}
