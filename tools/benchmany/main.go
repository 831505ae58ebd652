// Command benchmany measures what is done with many requests at once on the real program: a
// change of 10,000, an XLSX and a CSV of 100,000, a register of 10,000 as PDF, and the most
// memory the program took for each. One «name value unit» a line, medians of the rounds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/tools/bench"
)

func main() {
	binary := flag.String("d24", "bin/d24", "the program")
	net := flag.String("net", "127.0.94", "the first three numbers of loopback addresses that nobody else uses")
	rounds := flag.Int("rounds", 3, "how often everything is measured")
	scale := flag.Int("scale", 100_000, "requests of a list; a change and a register have a tenth")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	figures := bench.NewFigures()
	err := run(ctx, figures, *binary, *net, *rounds, *scale)
	stop()
	figures.Print(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmany:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, figures *bench.Figures, binary, net string, rounds, scale int) (err error) {
	fmt.Fprintln(os.Stderr, bench.Machine())
	dir, err := os.MkdirTemp("", "d24-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	house, err := bench.Start(ctx, binary, dir, net)
	if err != nil {
		return err
	}
	defer house.Stop()
	if err := fill(ctx, house.DatabaseURL(), scale); err != nil {
		return err
	}
	admin, err := house.Login(ctx, "admin")
	if err != nil {
		return err
	}
	for i := range rounds {
		state := []string{"in_progress", "postponed"}[i%2] // there and back, so that every round changes all
		change := map[string]any{"what": "status", "to": state, "expected": scale / 10}
		if state == "postponed" {
			change["reason"], change["until"] = "ждём запчасть", time.Now().AddDate(0, 0, 7)
		}
		for _, m := range []struct {
			name, path string
			body       map[string]any
		}{
			{"change", "/ticket-changes?unit=b1", change},
			{"xlsx", "/ticket-exports?to=2026-11-01T00:00:00Z", map[string]any{"format": "xlsx", "is_detailed": true}},
			{"csv", "/ticket-exports?to=2026-11-01T00:00:00Z", map[string]any{"format": "csv", "is_detailed": true}},
			{"register_pdf", "/ticket-exports?unit=b1", map[string]any{"format": "pdf"}},
		} {
			if err := measure(ctx, figures, house, admin, m.name, m.path, m.body); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	return nil
}

type errand struct {
	ID    int64
	State string
	Note  string
	Done  int
	Total int
	Bytes int64
}

// measure is how long a person waits: from the order to the end that he is told.
func measure(ctx context.Context, figures *bench.Figures, h *bench.House, p *bench.Person, name, path string, body map[string]any) error {
	h.Process().ForgetPeak()
	began := time.Now()
	var e errand
	if err := p.Post(ctx, path, body, &e); err != nil {
		return err
	}
	accepted := time.Since(began)
	for e.State != "done" {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		if err := p.Get(ctx, fmt.Sprintf("/errands/%d", e.ID), &e); err != nil {
			return err
		}
		if e.State == "stopped" {
			return errors.New(e.Note)
		}
	}
	took := time.Since(began)
	if e.Done != e.Total {
		return fmt.Errorf("%d of %d", e.Done, e.Total)
	}
	figures.Add(name+"_order", accepted.Seconds(), "s")
	figures.Add(name, took.Seconds(), "s")
	figures.Add(name+"_peak", h.Process().Peak(), "MB")
	fmt.Fprintf(os.Stderr, "%s: %d in %.1f s, ordered in %.2f s, peak %.0f MB, file %.1f MB, load %.1f\n", name, e.Done, took.Seconds(), accepted.Seconds(), h.Process().Peak(), float64(e.Bytes)/1e6, bench.Busy())
	return nil
}

// fill gives the first company requests with words, phones, terms and a line of history.
func fill(ctx context.Context, url string, n int) error {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close(ctx) //nolint:errcheck // nothing to lose
	for _, q := range []string{
		`set role d24_system`, fmt.Sprintf(`insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, description, caller_phone,
			executor_id, responsible_id, created_at, updated_at, accepted_at, due_at, told_caller)
		select 1, 1000000 + g, (array['planned', 'paid'])[1 + g %% 2], 'accepted', 'phone', b.id, case when g %% 10 = 0 then 'b1' else 'b0' end, 'Bench, ' || b.street || ', ' || b.house || ', кв. ' || g %% 200, b.zone,
			r.id, r.version, r.name, r.work_type_id, 'Течёт из-под раковины, ёмкость уже полная, перекрыли сами, № ' || g, '+7900' || lpad(g::text, 7, '0'), m.id, m.id,
			timestamptz '2026-11-01' - g * interval '1 minute', '2026-11-01', '2026-11-01', '2026-12-01', 'Заявка принята. Срок выполнения – до 18:00. Мастер позвонит на этот номер.'
		from generate_series(1, %d) g, (select * from buildings where company_id = 1 order by id limit 1) b, (select * from reasons where company_id = 1 and kind = 'planned' order by id limit 1) r,
			(select min(id) id from members where company_id = 1) m`, n),
		`insert into ticket_events (company_id, ticket_id, at, kind, by_name, text) select 1, id, created_at, 'created', 'Оператор', 'Заявка создана' from tickets where address like 'Bench%'`,
		`reset role`,
	} {
		if _, err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
