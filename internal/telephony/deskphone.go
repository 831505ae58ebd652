package telephony

import (
	"context"
	"crypto/md5" //nolint:gosec // G501: what digest of telephones is made of (RFC 2617)
	"encoding/hex"
	"time"
)

// PhoneRealm is the realm of desk phones' passwords: another one would make all of them wrong.
const PhoneRealm = "dispatcher24"

// DeskPhone is the account of a telephone on an operator's desk.
type DeskPhone struct {
	ID     int64
	UserID int64  // the operator whose it is
	Name   string // by which it registers
	Digest string // HA1, of PhoneDigest
}

// DeskPhones lists the accounts in force, and the names of bans that people have lifted of late.
type DeskPhones interface {
	DeskPhones(ctx context.Context) (phones []DeskPhone, lifted []string, err error)
}

// PhoneDigest is HA1: what proves a password without being it (RFC 2617, 3.2.2.2), in hex.
func PhoneDigest(name, password string) string {
	sum := md5.Sum([]byte(name + ":" + PhoneRealm + ":" + password)) //nolint:gosec // G401: see the import
	return hex.EncodeToString(sum[:])
}

// PhoneRefused is the data of a DeskPhoneRefused report: what a telephone was not allowed to
// dial. The same of one telephone is told at once, then once in ten minutes with its number.
type PhoneRefused struct {
	Key    string      `json:"key"` // a report that comes twice counts once
	Phone  int64       `json:"phone"`
	Name   string      `json:"name"`
	UserID int64       `json:"user_id"`
	Why    PhoneDenial `json:"why"`
	To     string      `json:"to"`     // what it dialled last, at most 64 characters
	Source string      `json:"source"` // host
	Times  int         `json:"times"`
}

// PhoneDenial is why a telephone may not dial.
type PhoneDenial string

// The closed set of denials.
const (
	DeniedNumber    PhoneDenial = "number"    // nothing is dialled by a telephone but short numbers (S9)
	DeniedIdle      PhoneDenial = "idle"      // a short number, but its operator has nobody to lead on
	DeniedAccount   PhoneDenial = "account"   // it speaks in the name of another account
	DeniedEmergency PhoneDenial = "emergency" // an emergency service: it is called by another telephone
	DeniedReplaces  PhoneDenial = "replaces"  // it wants to step into a call (RFC 3891)
)

// FloorPhone is a desk phone that is registered now.
type FloorPhone struct {
	ID    int64     `json:"id"`
	From  string    `json:"from"`  // IP:port
	Agent string    `json:"agent"` // what it says it is
	Since time.Time `json:"since"`
}

// FloorBan is an address that desk phones' passwords were guessed from: nothing of it is read.
type FloorBan struct {
	ID      string    `json:"id"`
	Address string    `json:"address"`
	Guesses int       `json:"guesses"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}
