// Package alarm keeps what people must look at now. Every alarm is declared here
// with its severity and has a page in docs/alerts.
package alarm

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Code names an alarm.
type Code string

// The alarms.
const (
	NobodyTakes  Code = "nobody-takes"      // an emergency that no executor has taken
	TakenTwice   Code = "taken-twice"       // two executors have taken the same request
	Reassign     Code = "reassign"          // who accepted a request has left
	PairMissing  Code = "pair-missing"      // a request has no supplier's request
	CoverageGaps Code = "coverage-gaps"     // nobody would take some requests of the coming week
	TrunksDown   Code = "trunks-down"       // no provider answers
	TrunkDown    Code = "trunk-down"        // one provider does not answer, another does
	IDBlocked    Code = "caller-id-blocked" // a provider refuses our numbers at once (F83)
	ProbeFails   Code = "probe-fails"       // synthetic calls through a trunk do not go the whole way (F9)
	CertEnds     Code = "certificate-ends"  // a certificate lasts for less than 30, then 14 days (F81)
	CertLast     Code = "certificate-last"  // for less than three
	PhoneGuessed Code = "phone-guessed"     // desk phones' passwords were guessed, the address is shut out (S8)
	CallsCapped  Code = "calls-capped"      // a company has reached a bound of its calls (S9)
	Overdue      Code = "overdue-step"      // a step of an automation had to be armed again
	EngineDead   Code = "engine-dead"       // a phone engine died with calls in hand
	LongWait     Code = "long-wait"         // callers wait for more than a minute
	VoiceMute    Code = "voice-mute"        // what callers and executors hear cannot be spoken
	PauseLong    Code = "pause-long"        // an operator's break is longer than its reason allows
	TalkLong     Code = "talk-long"         // a talk lasts for half an hour (F19)
	CallbackLate Code = "callback-late"     // a promised call-back has a minute left, or is late
	StepsLate    Code = "steps-late"        // automations are late by 15 s or more (F47)
	StepParked   Code = "step-parked"       // one step fails again and again (F48)
	WatchSilent  Code = "watchman-silent"   // nobody looks after what should happen (R27)

	NotRecorded    Code = "not-recorded"    // the disk takes no recordings
	CallUnrecorded Code = "call-unrecorded" // a call, or its recording, was not written down (R27)
	StorageDown    Code = "storage-down"    // the object storage takes no recordings
	WebhookOff     Code = "webhook-off"     // a company's address failed for days and is told no more
	RetentionWaits Code = "retention-waits" // recordings whose term is over are not removed
)

// Severity orders alarms on the screen.
var Severity = map[Code]int{NobodyTakes: 1, TakenTwice: 1, Reassign: 1, TrunksDown: 1, TrunkDown: 2, CallsCapped: 1, PhoneGuessed: 2, IDBlocked: 2, ProbeFails: 2, CertEnds: 2, CertLast: 1, EngineDead: 1, VoiceMute: 1, PairMissing: 1, LongWait: 1, CallbackLate: 1, PauseLong: 2, TalkLong: 2, StepsLate: 1, StepParked: 1, WatchSilent: 1, Overdue: 2, CoverageGaps: 2, StorageDown: 2, RetentionWaits: 2, WebhookOff: 2, NotRecorded: 1, CallUnrecorded: 1}

// Alarm is one that is raised.
type Alarm struct {
	ID        int64
	Code      Code
	Subject   string // "ticket:15"
	CompanyID int64
	Text      string
	RaisedAt  time.Time
}

// Raise shows an alarm until it is cleared; a second one of the same subject only
// changes the words.
func Raise(ctx context.Context, tx *pg.Tx, a Alarm) error {
	tag, err := tx.Exec(ctx, `insert into alarms (code, subject, company_id, text, raised_at) values ($1, $2, nullif($3, 0), $4, $5)
		on conflict (code, subject) where cleared_at is null do update set text = excluded.text where alarms.text <> excluded.text`, a.Code, a.Subject, a.CompanyID, a.Text, tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return err // it stands with the same words: no screen is disturbed
	}
	return live.Tell(ctx, tx, live.Change{Topic: "alarm", CompanyID: a.CompanyID})
}

// Clear takes an alarm away.
func Clear(ctx context.Context, tx *pg.Tx, c Code, subject string) error {
	tag, err := tx.Exec(ctx, `update alarms set cleared_at = $3 where code = $1 and subject = $2 and cleared_at is null`, c, subject, tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "alarm"})
}

// ClearBut takes away the alarms of a code whose subjects are not among those that stay.
func ClearBut(ctx context.Context, tx *pg.Tx, c Code, stay []string) error {
	tag, err := tx.Exec(ctx, `update alarms set cleared_at = $3 where code = $1 and cleared_at is null and not subject = any($2)`, c, append([]string{}, stay...), tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "alarm"})
}

// Raised lists what is to be looked at, the oldest first.
func Raised(ctx context.Context, tx *pg.Tx) ([]Alarm, error) {
	rows, err := tx.Query(ctx, `select id, code, subject, coalesce(company_id, 0), text, raised_at from alarms where cleared_at is null order by raised_at limit 100`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Alarm])
}

// Subjects are what an alarm is raised about now.
func Subjects(ctx context.Context, tx *pg.Tx, c Code) ([]string, error) {
	rows, err := tx.Query(ctx, `select subject from alarms where code = $1 and cleared_at is null order by id`, c)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
