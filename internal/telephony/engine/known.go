package engine

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"

	"d24/internal/telephony"
)

// Sealer closes what lies on the engine's disk.
type Sealer interface {
	Seal(plain []byte, place string) []byte // nil: there is no key
	Open(sealed []byte, place string) ([]byte, error)
}

// knownPlace binds the sealed file to its use.
const knownPlace = "engine/trunks"

var errSealed = errors.New("it is sealed, and there is no key")

// known is the file of the trunks last in force: an engine that starts while the database
// is away registers and answers by it. Their passwords are in it only sealed.
type known struct {
	Sealed []byte            `json:"sealed,omitempty"`
	Open   []telephony.Trunk `json:"open,omitempty"` // without a key: no passwords
}

func (t *trunks) knownPath() string { return filepath.Join(t.e.cfg.Data, "engine", "trunks.known") }

// remember writes what the directory said, when it says something new.
func (t *trunks) remember(list []telephony.Trunk) {
	if reflect.DeepEqual(list, t.written) {
		return
	}
	plain, err := json.Marshal(list) //nolint:gosec // G117: it is sealed, or blanked below
	if err != nil {
		return
	}
	var k known
	if t.e.d.Keys != nil {
		k.Sealed = t.e.d.Keys.Seal(plain, knownPlace)
	}
	if k.Sealed == nil {
		for _, x := range list {
			x.Password = ""
			k.Open = append(k.Open, x)
		}
	}
	b, err := json.Marshal(k)
	next := t.knownPath() + ".new"
	if err == nil {
		err = os.WriteFile(next, b, 0o600)
	}
	if err == nil {
		err = os.Rename(next, t.knownPath())
	}
	if err != nil {
		t.e.log.Warn("the trunks are not remembered", "err", err)
		return
	}
	t.written = list
}

// recall is what was last in force; nothing when that is not known.
func (t *trunks) recall() (list []telephony.Trunk) {
	b, err := os.ReadFile(t.knownPath())
	if os.IsNotExist(err) {
		return nil
	}
	var k known
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	list = k.Open
	if err == nil && k.Sealed != nil {
		if t.e.d.Keys == nil {
			err = errSealed
		} else if b, err = t.e.d.Keys.Open(k.Sealed, knownPlace); err == nil {
			err = json.Unmarshal(b, &list)
		}
	}
	if err != nil {
		t.e.log.Error("the trunks last in force are not read", "err", err)
		return nil
	}
	t.e.log.Warn("the database is away: the trunks are those last in force", "trunks", len(list))
	return list
}
