package ticket

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
)

func actor(r access.Role) access.Actor {
	return access.Actor{Kind: access.Company, CompanyID: 1, UserID: 5, May: access.RolePermissions(r)}
}

var (
	operator = access.Actor{Kind: access.Operator, UserID: 7, May: access.StaffPermissions("operator")}
	states   = []Status{New, Accepted, InProgress, Postponed, Done, Closed, Cancelled}
)

// can is who may move from where to where (J1): c the company and the operator, e
// the executor as well; "." nobody. Columns are states in their order.
var can = map[Status]string{
	//           new acc prg pst dne cls cnc
	New:        ". e e e e . c",
	Accepted:   ". . e e e . c",
	InProgress: ". . . e e . c",
	Postponed:  ". . e . e . c",
	Done:       ". . c . . c .",
	Closed:     ". . c . . . .",
	Cancelled:  ". . c . . . .",
}

// TestWhoMayMoveFromWhereToWhere is the table above, every pair with every role.
func TestWhoMayMoveFromWhereToWhere(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Hour)
	for _, from := range states {
		for i, to := range states {
			letter := can[from][2*i]
			for who, want := range map[string]struct {
				a   access.Actor
				may bool
			}{
				"operator": {operator, letter != '.'}, "admin": {actor(access.Admin), letter != '.'}, "foreman": {actor(access.Foreman), letter != '.'},
				"executor": {actor(access.Executor), letter == 'e'}, "contractor": {actor(access.Contractor), letter == 'e'},
				"manager": {actor(access.Manager), false}, "readonly": {actor(access.Readonly), false}, "nobody": {access.Actor{}, false},
			} {
				was := Ticket{Number: 25, Status: from, Version: 3}
				got, err := was.apply(Move{To: to, Reason: "так надо", Until: &later}, want.a, noon)
				if want.may {
					require.NoError(t, err, "%s: %s → %s", who, from, to)
					require.Equal(t, to, got.Status)
					require.Equal(t, 4, got.Version)
					continue
				}
				kind := fault.Forbidden
				if letter == '.' {
					kind = fault.Conflict
				}
				require.Equal(t, kind, fault.KindOf(err), "%s: %s → %s", who, from, to)
				require.Equal(t, was, got, "a move that is refused changes nothing")
				require.Equal(t, want.may, was.MayMove(want.a, to))
			}
		}
	}
}

func TestAMoveSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	past, later := noon, noon.Add(time.Minute)
	for name, c := range map[string]struct {
		from Status
		m    Move
		code string
	}{
		"put off without a reason":   {New, Move{To: Postponed, Until: &later}, "ticket.reason_required"},
		"put off without a moment":   {New, Move{To: Postponed, Reason: "ждём деталь"}, "ticket.until_required"},
		"put off till now":           {New, Move{To: Postponed, Reason: "ждём деталь", Until: &past}, "ticket.until_required"},
		"cancelled without a reason": {Accepted, Move{To: Cancelled}, "ticket.reason_required"},
		"reopened without a reason":  {Closed, Move{To: InProgress}, "ticket.reason_required"},
		"changed by another":         {New, Move{To: InProgress, Version: 2}, "ticket.changed"},
	} {
		_, err := Ticket{Status: c.from, Version: 3}.apply(c.m, operator, noon)
		var f *fault.Error
		require.True(t, fault.As(err, &f), name)
		require.Equal(t, c.code, f.Code, name)
		require.Regexp(t, `[а-я]`, f.Message)
	}
}

// TestTheMomentsOfATicket: each state leaves its trace, and reopening takes the end back.
func TestTheMomentsOfATicket(t *testing.T) {
	t.Parallel()
	step := func(was Ticket, m Move, after time.Duration) Ticket {
		got, err := was.apply(m, operator, noon.Add(after))
		require.NoError(t, err)
		return got
	}
	later := noon.Add(48 * time.Hour)
	k := step(Ticket{Status: New}, Move{To: Accepted}, time.Minute)
	require.Equal(t, noon.Add(time.Minute), *k.AcceptedAt)
	k = step(k, Move{To: Postponed, Reason: "ждём деталь", Until: &later}, 2*time.Minute)
	require.Equal(t, "ждём деталь", k.PostponeReason)
	k = step(k, Move{To: InProgress}, 3*time.Minute)
	require.Empty(t, k.PostponeReason)
	require.Nil(t, k.PostponedUntil)
	require.Equal(t, noon.Add(time.Minute), *k.AcceptedAt, "the first acceptance stays")
	k = step(k, Move{To: Done}, 4*time.Minute)
	require.Equal(t, noon.Add(4*time.Minute), *k.DoneAt)
	k = step(k, Move{To: Closed}, 5*time.Minute)
	require.Equal(t, noon.Add(5*time.Minute), *k.ClosedAt)
	k = step(k, Move{To: InProgress, Reason: "снова течёт"}, 6*time.Minute)
	require.Nil(t, k.DoneAt)
	require.Nil(t, k.ClosedAt)
	require.True(t, step(Ticket{Status: New}, Move{To: InProgress}, 0).AcceptedAt.Equal(noon), "who works has accepted")
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	due := noon
	for _, s := range states {
		k := Ticket{Status: s, DueAt: &due}
		require.Equal(t, s.Open(), k.Overdue(noon.Add(time.Second)), s)
		require.False(t, k.Overdue(noon), s)
	}
	require.False(t, Ticket{Status: New}.Overdue(noon))
}
