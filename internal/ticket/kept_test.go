package ticket

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
)

func person(user int64, role access.Role) context.Context {
	return access.With(context.Background(), access.Actor{
		Kind: access.Company, CompanyID: 1, UserID: user, Name: fmt.Sprint("user ", user), May: access.RolePermissions(role), Grants: access.RoleGrants(access.Admin, 1, 0),
	})
}

// TestKeptLists: one's own are one's own, shared ones are read by all of the company and
// changed by their owner, and nobody of another company sees them.
func TestKeptLists(t *testing.T) {
	c := open1(t)
	one, two := person(1, access.Admin), person(2, access.Readonly)
	mine, err := c.s.Keep(one, Kept{List: OfTickets, CompanyID: 1, Name: "  Мои   аварии ", Query: "view=open&kind=emergency", Columns: []string{"number", "due"}})
	require.NoError(t, err)
	require.Equal(t, "Мои аварии", mine.Name)
	shared, err := c.s.Keep(one, Kept{List: OfTickets, CompanyID: 1, Name: "Просрочено", Query: "overdue=true", IsShared: true})
	require.NoError(t, err)
	seen := func(ctx context.Context) (out []string) {
		ks, err := c.s.KeptOf(ctx, 1, OfTickets)
		require.NoError(t, err)
		for _, k := range ks {
			out = append(out, k.Name)
		}
		return out
	}
	require.Equal(t, []string{"Мои аварии", "Просрочено"}, seen(one))
	require.Equal(t, []string{"Просрочено"}, seen(two))
	_, err = c.s.KeptOf(access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 2, UserID: 1}), 1, OfTickets)
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	for code, try := range map[string]func() error{
		"ticket_view.not_found": func() error { return c.s.DropKept(two, shared.ID, OfTickets) },
		"ticket_view.share": func() error {
			_, err := c.s.Keep(two, Kept{List: OfTickets, CompanyID: 1, Name: "Всем", IsShared: true})
			return err
		},
		"ticket_view.twice": func() error {
			_, err := c.s.Keep(one, Kept{List: OfTickets, CompanyID: 1, Name: "просрочено"})
			return err
		},
		"ticket_view.changed": func() error {
			_, err := c.s.Keep(one, Kept{List: OfTickets, ID: mine.ID, Name: "Иначе", Version: 7})
			return err
		},
		"ticket_view.bad": func() error {
			_, err := c.s.Keep(one, Kept{List: OfTickets, CompanyID: 1, Name: strings.Repeat("я", 61), Query: "%zz", Columns: []string{"number", "number"}})
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Len(t, f.Fields, 3)
			return err
		},
	} {
		require.Equal(t, code, fault.CodeOf(try()))
	}
	mine.Query, mine.Columns = "view=all", nil
	mine, err = c.s.Keep(one, mine)
	require.NoError(t, err)
	require.Equal(t, 2, mine.Version)
	require.NoError(t, c.s.DropKept(one, mine.ID, OfTickets))
	require.Equal(t, []string{"Просрочено"}, seen(one))
}

// TestKeptListsOfCalls: they stand apart from those of requests, under the same names and
// with columns of their own.
func TestKeptListsOfCalls(t *testing.T) {
	c := open1(t)
	one := person(1, access.Admin)
	of, err := c.s.Keep(one, Kept{List: OfTickets, CompanyID: 1, Name: "Важное", Columns: []string{"number", "due"}})
	require.NoError(t, err)
	calls, err := c.s.Keep(one, Kept{List: OfCalls, CompanyID: 1, Name: "Важное", Query: "result=lost", Columns: []string{"phone", "wait"}})
	require.NoError(t, err)
	for list, want := range map[string]int64{OfTickets: of.ID, OfCalls: calls.ID} {
		ks, err := c.s.KeptOf(one, 1, list)
		require.NoError(t, err)
		require.Len(t, ks, 1)
		require.Equal(t, want, ks[0].ID)
	}
	_, err = c.s.Keep(one, Kept{List: OfCalls, CompanyID: 1, Name: "Срок", Columns: []string{"due"}})
	require.Equal(t, "ticket_view.bad", fault.CodeOf(err), "calls have no deadline")
	require.Equal(t, "ticket_view.not_found", fault.CodeOf(c.s.DropKept(one, calls.ID, OfTickets)), "not by the door of requests")
	calls.List = OfTickets
	_, err = c.s.Keep(one, calls)
	require.Equal(t, "ticket_view.bad", fault.CodeOf(err))
}

// TestLabels: put in their order, taken off, said in the history once; those of others and
// of the archive are refused.
func TestLabels(t *testing.T) {
	c := open1(t)
	ctx := person(1, access.Admin)
	ch, err := c.s.Choices(ctx, 1)
	require.NoError(t, err)
	require.Len(t, ch.Tags, 4)
	require.NotEmpty(t, ch.Executors)
	require.NotEmpty(t, ch.Responsible)
	require.Less(t, len(ch.Responsible), len(ch.Executors), "the preset list is not everybody")
	k := c.make("ВС-02")
	k, err = c.s.SetLabels(ctx, k.ID, []int64{ch.Tags[1].ID, ch.Tags[0].ID}, nil)
	require.NoError(t, err)
	require.Equal(t, []int64{ch.Tags[1].ID, ch.Tags[0].ID}, k.TagIDs)
	again, err := c.s.SetLabels(ctx, k.ID, []int64{ch.Tags[0].ID}, nil)
	require.NoError(t, err)
	require.Equal(t, k.Version, again.Version, "nothing changed")
	k, err = c.s.SetLabels(ctx, k.ID, nil, []int64{ch.Tags[1].ID, 987654})
	require.NoError(t, err)
	k, err = c.s.Labelled(ctx, k)
	require.NoError(t, err)
	require.Equal(t, ch.Tags[0].Name, k.Tags[0].Name)
	es, err := c.s.Events(ctx, k.ID)
	require.NoError(t, err)
	var said []string
	for _, e := range es {
		if e.Kind == "label" {
			said = append(said, e.Text)
		}
	}
	require.Equal(t, []string{"Метки: + " + ch.Tags[1].Name + ", + " + ch.Tags[0].Name, "Метки: − " + ch.Tags[1].Name}, said)
	_, err = c.s.SetLabels(ctx, k.ID, []int64{ch.Tags[0].ID + 4}, nil)
	require.Equal(t, "ticket.label", fault.CodeOf(err), "another company's")
	_, err = c.s.SetLabels(person(2, access.Readonly), k.ID, []int64{ch.Tags[1].ID}, nil)
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
}
