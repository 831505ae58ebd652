package chaos

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"d24/voip/record"
)

// What is promised, in the world's time: ten minutes of a call-back are divided by
// its pace, the program's own recovery is not.
const (
	callBackWithin = 10 * time.Minute / pace
	cutKnownWithin = 15 * time.Second
	cutBackWithin  = time.Minute
	lateMost       = 15 * time.Second
)

// checker compares the ledger with what is there.
type checker struct {
	*world
	ctx   context.Context //nolint:containedctx // lives as long as one check
	calls []inbound
	err   error
}

// inbound is a resident's call as the program knows it.
type inbound struct {
	id                     int64
	key, phone, outcome    string
	started                time.Time
	answered, joined, over *time.Time
	cut                    bool
}

// checker reads the calls that there were.
func (w *world) checker(ctx context.Context) *checker {
	c := &checker{world: w, ctx: ctx}
	c.calls, c.err = ask(ctx, w, func(row func(...any) error) (x inbound, err error) {
		err = row(&x.id, &x.key, &x.phone, &x.outcome, &x.started, &x.answered, &x.joined, &x.over, &x.cut)
		return x, err
	}, `select id, key, phone, coalesce(outcome, ''), started_at, answered_at, joined_at, ended_at, is_cut from calls where direction = 'inbound' and phone >= '+79000900100' and phone <= '+79000900999' order by id`)
	return c
}

func (c *checker) faults(kinds ...string) (n int) {
	for _, e := range c.ledger.Of(FaultInjected) {
		if len(kinds) == 0 || slices.Contains(kinds, e.Key) {
			n++
		}
	}
	return n
}

// count reads "text, number" rows.
func (c *checker) count(q string, args ...any) map[string]int {
	type pair struct {
		k string
		n int
	}
	rows, err := ask(c.ctx, c.world, func(row func(...any) error) (p pair, err error) { err = row(&p.k, &p.n); return p, err }, q, args...)
	if err != nil {
		c.err = err
	}
	out := map[string]int{}
	for _, p := range rows {
		out[p.k] = p.n
	}
	return out
}

func (c *checker) number(q string, args ...any) (n int) {
	rows, err := ask(c.ctx, c.world, one[int], q, args...)
	if err != nil || len(rows) != 1 {
		c.err = err
		return 0
	}
	return rows[0]
}

// tickets is R1: acknowledged is there once, whatever else happened; tried is there once at most.
func (c *checker) tickets() Verdict {
	v := Verdict{ID: "R1", What: "requests acknowledged are there once, with a history without gaps", Faults: c.faults()}
	rows := c.count(`select idempotency_key, count(*)::int from tickets where idempotency_key like 'chaos-%' group by 1`)
	acked := c.ledger.Of(TicketAcked)
	v.Operations = len(acked)
	for _, e := range acked {
		if rows[e.Key] != 1 {
			v.Broken("request %s was acknowledged and is there %d times", e.Key, rows[e.Key])
		}
	}
	for k, n := range rows {
		if n > 1 {
			v.Broken("request %s is there %d times", k, n)
		}
	}
	for _, e := range c.ledger.Of(TicketTried) {
		if e.Text != "" {
			v.Broken("request %s was refused: %s", e.Key, e.Text)
		}
	}
	if n := c.number(`select count(*)::int from tickets t where (select count(*) from ticket_events where ticket_id = t.id and kind = 'created') <> 1`); n > 0 {
		v.Broken("%d requests have not one beginning in their history", n)
	}
	return v
}

func (c *checker) comments() Verdict {
	v := Verdict{ID: "R1", What: "comments acknowledged are there once", Faults: c.faults()}
	rows := c.count(`select text, count(*)::int from ticket_events where kind = 'comment' and text like 'замечание chaos-%' group by 1`)
	for _, e := range c.ledger.Of(CommentAcked) {
		v.Operations++
		if rows[e.Key] != 1 {
			v.Broken("comment «%s» was acknowledged and is there %d times", e.Key, rows[e.Key])
		}
	}
	for k, n := range rows {
		if n > 1 {
			v.Broken("comment «%s» is there %d times", k, n)
		}
	}
	return v
}

// records is R1 of calls: whom we answered, is written down, once, with its end.
func (c *checker) records() Verdict {
	v := Verdict{ID: "R1", What: "calls answered are written down once, and ended", Faults: c.faults()}
	rows := map[string][]inbound{}
	for _, x := range c.calls {
		rows[x.phone] = append(rows[x.phone], x)
		if x.over == nil {
			v.Broken("the call of %s never ended in the journal", x.phone)
		}
	}
	for _, e := range c.ledger.Of(CallAnswered) {
		v.Operations++
		if n := len(rows[e.Phone]); n != 1 {
			v.Broken("the call of %s was answered and is written down %d times", e.Phone, n)
		}
	}
	for phone, x := range rows {
		if len(x) > 1 {
			v.Broken("the call of %s is written down %d times", phone, len(x))
		}
	}
	return v
}

// timers is R2: a task is dialled when it is due, never before. One that then came along in
// the call of another (F44) has no first order of its own: it began when its step was done.
func (c *checker) timers() Verdict {
	v := Verdict{ID: "R2", What: "call tasks are dialled at their hour: none early, none later than 15 s and the database's absence", Faults: c.faults(killWorker, restartWorker, killPostgres, stopPostgres)}
	type late struct {
		id         int64
		due, began time.Time
	}
	rows, err := ask(c.ctx, c.world, func(row func(...any) error) (l late, err error) {
		err = row(&l.id, &l.due, &l.began)
		return l, err
	}, `select t.id, t.due_at, case when split_part(o.key, '-', 3) = '1' then o.created_at else greatest(coalesce(s.over, o.created_at), t.due_at) end from call_tasks t
		join lateral (select key, created_at from call_orders where ref = 'task:' || t.id order by created_at limit 1) o on true
		left join lateral (select min(finalized_at) as over from river_job where kind = 'desk.task_step' and (args ->> 'task_id')::bigint = t.id and state = 'completed') s on true`)
	if err != nil {
		c.err = err
	}
	var worst time.Duration
	for _, l := range rows {
		v.Operations++
		by := l.began.Sub(l.due)
		worst = max(worst, by)
		if by > lateMost+c.gone(l.due, l.began) || by < 0 {
			v.Broken("task %d was dialled %s after its hour%s", l.id, by, c.steps(l.id))
		}
	}
	if n := c.number(`select count(*)::int from call_tasks t where state = 'waiting' and next_at < $1 and not exists (select from call_orders o where o.ref = 'task:' || t.id and o.state <> 'ended')`, time.Now().Add(-lateMost)); n > 0 {
		v.Broken("%d tasks stand still after their hour", n)
	}
	v.Worst = worst.Round(time.Millisecond).String()
	return v
}

// escalations is R3: none stands still.
func (c *checker) escalations() Verdict {
	v := Verdict{ID: "R3", What: "escalations go on or have ended with a person", Faults: c.faults()}
	v.Operations = c.number(`select count(*)::int from escalations`)
	if n := c.number(`select count(*)::int from escalations where finished_at is null and (next_at is null or next_at < $1)`, time.Now().Add(-lateMost)); n > 0 {
		v.Broken("%d escalations stand still", n)
	}
	if n := c.number(`select count(*)::int from tickets t where kind = 'emergency' and status = 'new' and t.idempotency_key like 'chaos-%' and not exists (select from escalations where ticket_id = t.id)`); n > 0 {
		v.Broken("%d emergencies have no escalation", n)
	}
	return v
}

// effects is R4: a telephone does not ring oftener than was written down before.
func (c *checker) effects() Verdict {
	v := Verdict{ID: "R4", What: "no telephone rings twice for one order", Faults: c.faults()}
	orders := c.count(`select phone, count(*)::int from call_orders where invited_at is not null group by 1`)
	rings := map[string]int{}
	for _, e := range c.ledger.Of(PhoneRang) {
		rings[e.Phone]++
		v.Operations++
	}
	for phone, n := range rings {
		if n > orders[phone] {
			v.Broken("%s rang %d times for %d orders", phone, n, orders[phone])
		}
	}
	return v
}

// races is R5 and R6: of two who take one request at once one has it.
func (c *checker) races() Verdict {
	v := Verdict{ID: "R5/R6", What: "of two who take one request at the same instant exactly one has it", Faults: c.faults()}
	won, failed := map[string]int{}, map[string]int{}
	for _, e := range c.ledger.Of(AcceptAcked) {
		won[e.Key]++
	}
	for _, e := range c.ledger.Of(AcceptFailed) {
		if failed[e.Key]++; !strings.HasPrefix(e.Text, "409") && strings.HasPrefix(e.Text, "4") {
			v.Broken("%s: %s", e.Key, e.Text)
		}
	}
	for k, n := range won {
		v.Operations++
		if n > 1 {
			v.Broken("%s was taken %d times", k, n)
		}
	}
	return v
}

// near is the moment of the last fault of a kind within a span; zero: none.
func (c *checker) near(from, to time.Time, kinds ...string) (at time.Time) {
	for _, e := range c.ledger.Of(FaultInjected) {
		if slices.Contains(kinds, e.Key) && e.At.After(from) && e.At.Before(to) {
			at = e.At
		}
	}
	return at
}

// gone is how long the database was away between two moments: nothing is dialled then (F46).
func (c *checker) gone(from, to time.Time) (d time.Duration) {
	spans := c.ledger.Of(FaultInjected, FaultRecovered)
	for i := 0; i+1 < len(spans); i++ {
		if spans[i].Kind != FaultInjected || spans[i].Key != killPostgres && spans[i].Key != stopPostgres {
			continue
		}
		a, b := spans[i].At, spans[i+1].At
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		d += max(0, b.Sub(a))
	}
	return d
}

// dropped is R7 and R14: no call is cut by anything but the death of its engine.
func (c *checker) dropped() Verdict {
	v := Verdict{ID: "R7/R14", What: "no call is dropped by a dead or restarted database, page, worker, or a restarted engine", Faults: c.faults(killPostgres, stopPostgres, killPages, killWorker, restartPages, restartWorker, restartEngine)}
	for _, x := range c.calls {
		if x.answered == nil || x.over == nil {
			continue
		}
		v.Operations++
		if x.cut && c.near(x.started.Add(-time.Second), *x.over, killEngine).IsZero() {
			v.Broken("the call of %s was cut at %s, and no engine was killed%s", x.phone, x.over.Format("15:04:05"), c.story(x.phone))
		}
	}
	return v
}

// away is R8: who calls while the database is away is answered all the same.
func (c *checker) away() Verdict {
	v := Verdict{ID: "R8", What: "calls that come while the database is away are answered", Faults: c.faults(killPostgres, stopPostgres)}
	return c.served(v, killPostgres, stopPostgres)
}

// shifts is R14: who calls while an engine is restarted is answered by the other.
func (c *checker) shifts() Verdict {
	v := Verdict{ID: "R14", What: "calls that come while an engine is restarted are answered by the other", Faults: c.faults(restartEngine)}
	return c.served(v, restartEngine)
}

// served looks at the calls that came while faults of a kind lasted.
func (c *checker) served(v Verdict, kinds ...string) Verdict {
	spans := c.ledger.Of(FaultInjected, FaultRecovered)
	ends := map[string]Entry{}
	for _, e := range c.ledger.Of(CallOver) {
		ends[e.Phone] = e
	}
	rang := map[string]bool{}
	for _, e := range c.ledger.Of(CallRang) {
		rang[e.Phone] = true
	}
	for i := 0; i+1 < len(spans); i++ {
		from, to := spans[i], spans[i+1]
		if from.Kind != FaultInjected || !slices.Contains(kinds, from.Key) {
			continue
		}
		for _, e := range c.ledger.Of(CallPlaced) {
			if e.At.Before(from.At) || e.At.After(to.At) {
				continue
			}
			v.Operations++
			if !rang[e.Phone] {
				v.Broken("%s called at %s and was not answered: %d %s", e.Phone, e.At.Format("15:04:05"), ends[e.Phone].Code, ends[e.Phone].Text)
			}
		}
	}
	return v
}

// ambiguous is R9: what was asked for again with the same key exists once (see R1).
func (c *checker) ambiguous() Verdict {
	v := Verdict{ID: "R9", What: "requests saved again after an answer that never came exist once", Faults: c.faults(killPages, killPostgres, stopPostgres)}
	tries := map[string]int{}
	for _, e := range c.ledger.Of(TicketTried) {
		tries[e.Key]++
	}
	rows := c.count(`select idempotency_key, count(*)::int from tickets where idempotency_key like 'chaos-%' group by 1`)
	for k, n := range tries {
		if n > 1 {
			v.Operations++
			if rows[k] > 1 {
				v.Broken("%s was tried %d times and is there %d times", k, n, rows[k])
			}
		}
	}
	return v
}

// recordings is R13 in its short form: whoever was answered was recorded, and it plays.
func (c *checker) recordings() Verdict {
	v := Verdict{ID: "R13", What: "recordings of answered calls are whole files, those of a killed engine too", Faults: c.faults(killEngine)}
	for _, x := range c.calls {
		if x.answered == nil {
			continue
		}
		v.Operations++
		files, _ := filepath.Glob(filepath.Join(c.dir, "recordings", "*", "*", "*", x.key+".wav*"))
		if len(files) == 0 {
			v.Broken("the call of %s has no recording", x.phone)
			continue
		}
		if _, _, err := record.Channels(files[0]); err != nil {
			v.Broken("the recording of %s: %v", x.phone, err)
		}
	}
	return v
}

// backs are when the first call-back to each number left.
func (c *checker) backs() map[string]time.Time {
	type pair struct {
		phone string
		at    time.Time
	}
	rows, err := ask(c.ctx, c.world, func(row func(...any) error) (p pair, err error) { err = row(&p.phone, &p.at); return p, err },
		`select phone, min(invited_at) from call_orders where purpose = 'callback' and invited_at is not null group by 1`)
	if err != nil {
		c.err = err
	}
	out := map[string]time.Time{}
	for _, p := range rows {
		out[p.phone] = p.at
	}
	return out
}

// killed is R15: a call that died with its engine is known for cut and called back.
func (c *checker) killed() Verdict {
	v := Verdict{ID: "R15", What: "calls of a killed engine are closed within 15 s and called back within 60", Faults: c.faults(killEngine)}
	backs := c.backs()
	var worst time.Duration
	for _, x := range c.calls {
		if !x.cut || x.over == nil {
			continue
		}
		at := c.near(x.started.Add(-time.Second), *x.over, killEngine)
		if at.IsZero() {
			continue
		}
		v.Operations++
		if d := x.over.Sub(at); d > cutKnownWithin+c.gone(at, *x.over) {
			v.Broken("the call of %s was closed %s after the kill", x.phone, d.Round(time.Millisecond))
		}
		back, ok := backs[x.phone]
		worst = max(worst, back.Sub(at))
		if !ok || back.Sub(at) > cutBackWithin+c.gone(at, back) {
			v.Broken("%s was cut at %s and called back at %s", x.phone, at.Format("15:04:05"), back.Format("15:04:05"))
		}
	}
	v.Worst = worst.Round(time.Millisecond).String()
	return v
}

// browsers is R16: a caller whose operator's browser died is not dropped.
func (c *checker) browsers() Verdict {
	v := Verdict{ID: "R16", What: "callers whose operator's browser died wait for the next, and are not dropped", Faults: c.faults(killBrowser)}
	type event struct {
		call int64
		kind string
		at   time.Time
	}
	rows, err := ask(c.ctx, c.world, func(row func(...any) error) (e event, err error) { err = row(&e.call, &e.kind, &e.at); return e, err },
		`select e.call_id, e.kind, e.at from call_events e join calls c on c.id = e.call_id where c.direction = 'inbound' and e.kind in ('left', 'joined', 'ended') order by e.call_id, e.seq`)
	if err != nil {
		c.err = err
	}
	var worst time.Duration
	for i, e := range rows {
		if e.kind != "left" {
			continue
		}
		v.Operations++
		if i+1 == len(rows) || rows[i+1].call != e.call {
			if c.near(e.at, e.at.Add(time.Minute), killEngine).IsZero() {
				v.Broken("call %d was left at %s and nothing followed", e.call, e.at.Format("15:04:05"))
			}
			continue
		}
		if next := rows[i+1]; next.kind == "joined" {
			worst = max(worst, next.at.Sub(e.at))
		}
	}
	v.Worst = worst.Round(time.Millisecond).String()
	return v
}

// steps is what was done about a task, for who reads of a violation.
func (c *checker) steps(id int64) string {
	rows, err := ask(c.ctx, c.world, one[string], `select line from (
		select t.created_at as at, to_char(t.created_at, 'HH24:MI:SS.MS') || ' task ' || t.purpose || ' due ' || to_char(t.due_at, 'HH24:MI:SS.MS') || ' ' || t.state || ' ' || t.progress::text as line from call_tasks t where t.id = $1::bigint
		union all select o.created_at, to_char(o.created_at, 'HH24:MI:SS.MS') || ' order ' || o.key || ' claimed ' || coalesce(to_char(o.claimed_at, 'HH24:MI:SS'), '-') || ' ended ' || coalesce(to_char(o.ended_at, 'HH24:MI:SS'), '-') || ' ' || coalesce(o.outcome, '') || ' by ' || coalesce(o.node, '-') from call_orders o where o.ref = 'task:' || $1::bigint
		union all select j.created_at, to_char(j.created_at, 'HH24:MI:SS.MS') || ' step ' || j.args::text || ' for ' || to_char(j.scheduled_at, 'HH24:MI:SS.MS') || ' ' || j.state || ' tries ' || j.attempt || ' last ' || coalesce(to_char(j.attempted_at, 'HH24:MI:SS.MS'), '-') || ' of ' || coalesce(array_to_string(j.attempted_by, ','), '-') || ' over ' || coalesce(to_char(j.finalized_at, 'HH24:MI:SS.MS'), '-') || ' ' || coalesce(array_to_string(j.errors, ' | '), '')
			from river_job j where j.kind = 'desk.task_step' and (j.args ->> 'task_id')::bigint = $1::bigint) x order by at`, id)
	if err != nil {
		return err.Error()
	}
	return "\n    " + strings.Join(rows, "\n    ")
}

// story is what was done about a number, for who reads of a violation.
func (c *checker) story(phone string) string {
	rows, err := ask(c.ctx, c.world, one[string], `select line from (
		select c.started_at as at, to_char(c.started_at, 'HH24:MI:SS.MS') || ' ' || c.direction || ' call, answered ' || coalesce(to_char(c.answered_at, 'HH24:MI:SS'), '-') || ' joined ' || coalesce(to_char(c.joined_at, 'HH24:MI:SS'), '-') || ' ended ' || coalesce(to_char(c.ended_at, 'HH24:MI:SS'), '-') || ' ' || coalesce(c.outcome, '') || ' cut ' || c.is_cut || ' by ' || c.node as line from calls c where c.phone = $1
		union all select o.created_at, to_char(o.created_at, 'HH24:MI:SS.MS') || ' order ' || o.key || ' claimed ' || coalesce(to_char(o.claimed_at, 'HH24:MI:SS'), '-') || ' invited ' || coalesce(to_char(o.invited_at, 'HH24:MI:SS'), '-') || ' ended ' || coalesce(to_char(o.ended_at, 'HH24:MI:SS'), '-') || ' ' || coalesce(o.outcome, '') || ' by ' || coalesce(o.node, '-') from call_orders o where o.phone = $1
		union all select t.created_at, to_char(t.created_at, 'HH24:MI:SS.MS') || ' task ' || t.id || ' ' || t.purpose || ' ' || t.state || ' ' || t.result || ' ' || t.note from call_tasks t where $1 = any(t.phones)) x order by at`, phone)
	if err != nil {
		return err.Error()
	}
	return "\n    " + strings.Join(rows, "\n    ")
}

// promise is R25: whoever was not spoken to is called back in time, without exception.
func (c *checker) promise() Verdict {
	v := Verdict{ID: "R25", What: fmt.Sprintf("who was not spoken to is called back within %s (ten minutes)", callBackWithin), Faults: c.faults()}
	backs := c.backs()
	var worst time.Duration
	for _, x := range c.calls {
		if x.joined != nil && !x.cut {
			continue
		}
		v.Operations++
		back, ok := backs[x.phone]
		if !ok {
			v.Broken("%s called at %s (%s, cut %v) and was never called back%s", x.phone, x.started.Format("15:04:05"), x.outcome, x.cut, c.story(x.phone))
			continue
		}
		from := x.started
		if x.cut && x.joined != nil && x.over != nil { // he was answered; the ten minutes begin when he was cut off
			from = *x.over
		}
		worst = max(worst, back.Sub(from))
		if back.Sub(from) > callBackWithin {
			v.Broken("%s called at %s and was called back %s later%s", x.phone, x.started.Format("15:04:05"), back.Sub(from).Round(time.Millisecond), c.story(x.phone))
		}
	}
	v.Worst = worst.Round(time.Millisecond).String()
	return v
}
