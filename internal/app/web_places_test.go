package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/building"
	"d24/internal/clock"
	"d24/internal/contact"
	"d24/internal/fault"
)

// standsOpen reads the lines as a person does: may he see the house at all?
func (l land) standsOpen(m account.Membership, lines []account.Grant, groups map[int64][]int64, house int64) bool {
	for _, x := range lines {
		switch x.Kind {
		case account.GrantAll:
			return true
		case account.GrantOwn:
			for _, t := range l.tickets {
				if m.MemberID != 0 && t.CompanyID == m.ID && t.BuildingID == house && (t.ExecutorID == m.MemberID || t.ResponsibleID == m.MemberID) {
					return true
				}
			}
		case account.GrantPart:
			if len(x.BuildingIDs)+len(x.GroupIDs) == 0 || slices.Contains(x.BuildingIDs, house) {
				return true
			}
			for _, g := range x.GroupIDs {
				if slices.Contains(groups[g], house) {
					return true
				}
			}
		}
	}
	return false
}

// TestGraphsOfRightsNarrowTheHouses is A4 and A1 for houses and what hangs on them: over
// random lines of rights the list of houses, the card, the search of addresses and the
// contacts show the same houses as a naive reading of the words.
func TestGraphsOfRightsNarrowTheHouses(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := rand.New(rand.NewPCG(24, 5)) //nolint:gosec // the same graphs every time
	l, g := h.land(r)
	h.do(`insert into contacts (company_id, phone, building_id, unit, source, kind, first_seen_at, last_confirmed_at)
		select company_id, '+7902' || lpad(id::text, 7, '0'), id, '', 'journal', 'mobile', now(), now() from buildings`)
	all, err := h.app.Buildings.List(h.sys, 0)
	require.NoError(t, err)
	shown := 0
	for n := range 1000 {
		m, lines := l.draw(r)
		grants, err := account.Expand(h.sys, nil, g, m, lines)
		require.NoError(t, err)
		ctx := access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: m.ID, MemberID: m.MemberID, Grants: grants, May: access.RolePermissions(access.Readonly)})
		var want []int64
		for _, b := range all {
			if b.CompanyID == m.ID && l.standsOpen(m, lines, g.houses, b.ID) {
				want = append(want, b.ID)
			}
		}
		shown += len(want)
		list, err := h.app.Buildings.List(ctx, 0)
		require.NoError(t, err)
		var got []int64
		for _, b := range list {
			got = append(got, b.ID)
		}
		require.ElementsMatch(t, want, got, "graph %d: %+v of %+v", n, lines, m)
		known, _, err := h.app.Contacts.List(ctx, contact.Filter{Text: "+7902", Limit: 100})
		require.NoError(t, err)
		got = nil
		for _, c := range known {
			got = append(got, c.BuildingID)
		}
		require.Subset(t, want, got, "graph %d: contacts", n)
		require.Len(t, got, min(len(want), 100), "graph %d: contacts of %+v", n, lines)
		b := all[n%len(all)]
		_, _, err = h.app.Buildings.Get(ctx, b.ID)
		require.Equal(t, slices.Contains(want, b.ID), err == nil, "graph %d: %+v: card of %d: %v", n, lines, b.ID, err)
		require.True(t, err == nil || fault.KindOf(err) == fault.NotFound)
		found, err := h.app.Buildings.Search(ctx, building.Address(b, ""), 0, 20)
		require.NoError(t, err)
		for _, f := range found {
			require.Contains(t, want, f.ID, "graph %d: found by address", n)
		}
		require.Equal(t, slices.Contains(want, b.ID), slices.ContainsFunc(found, func(f building.Found) bool { return f.ID == b.ID }), "graph %d: search of %s", n, building.Address(b, ""))
	}
	require.Greater(t, shown, 1000)
}

// TestAGroupOfHousesIsARight is A4 and F71: rights by a group follow the houses of the
// group at once, on the page that is open too; list, count and card agree.
func TestAGroupOfHousesIsARight(t *testing.T) {
	t.Parallel()
	h := open(t)
	run(t, h.hub)
	mine, other := h.ticket(ours, "ВС-02"), h.building(ours)
	if other == mine.BuildingID {
		other = h.one(`select max(id) from buildings where company_id = 1`)
	}
	group := h.ok("admin", "POST", "/building-groups", map[string]any{"company_id": ours, "name": "Участок 1", "note": "", "buildings": []int64{mine.BuildingID}}).id(t, "id")
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("foreman")), sees(line("part", nil, nil, []int64{group})))
	_, token, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
	card, house := fmt.Sprintf("/tickets/%d", mine.ID), fmt.Sprintf("/buildings/%d", mine.BuildingID)
	agree := func(status int) {
		t.Helper()
		require.Equal(t, status, h.with(token, "GET", card, nil).status)
		require.Equal(t, status, h.with(token, "GET", house, nil).status)
		list, rows := h.with(token, "GET", "/tickets", nil), h.with(token, "GET", "/buildings", nil)
		require.Equal(t, status == 200, strings.Contains(list.body, fmt.Sprintf(`"id":%d,`, mine.ID)), list.body)
		require.Equal(t, status == 200, strings.Contains(rows.body, fmt.Sprintf(`"id":%d,`, mine.BuildingID)), rows.body)
	}
	agree(200)
	version := int(h.one(`select version from building_groups where id = $1`, group))
	for _, x := range []struct {
		houses []int64
		status int
	}{{[]int64{other}, 404}, {[]int64{other, mine.BuildingID}, 200}, {[]int64{}, 404}} {
		open := h.screen(token)
		require.Eventually(t, func() bool { return h.hub.Streams() >= 1 }, 5*time.Second, time.Millisecond)
		began := clock.System{}.Now()
		h.ok("admin", "PUT", fmt.Sprintf("/building-groups/%d", group), map[string]any{"name": "Участок 1", "note": "", "buildings": x.houses, "version": version})
		version++
		_, took := open.ends(t, began)
		require.Less(t, took, time.Second)
		agree(x.status)
	}
}

// TestATableIsOfAllHouses: who sees a part of the houses neither brings in a table nor
// reads what is in somebody's, which speaks of them all.
func TestATableIsOfAllHouses(t *testing.T) {
	t.Parallel()
	h := open(t)
	house := h.building(ours)
	for _, kind := range []string{"buildings", "contacts"} {
		whole, err := h.app.Intake.Start(h.sys, kind, ours, "все.csv")
		require.NoError(t, err)
		part := access.With(t.Context(), access.Actor{
			Kind: access.Company, CompanyID: ours, UserID: 1, May: access.RolePermissions(access.Admin),
			Grants: []access.Grant{{CompanyID: ours, BuildingIDs: []int64{house}}},
		})
		_, err = h.app.Intake.Start(part, kind, ours, "свои.csv")
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "%v", err)
		_, err = h.app.Intake.Get(part, kind, whole.ID)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
		_, err = h.app.Intake.Apply(part, kind, whole.ID, false)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	}
}
