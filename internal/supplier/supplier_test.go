package supplier_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/seed/seedtest"
	"d24/internal/supplier"
)

type list struct {
	t   *testing.T
	db  *pg.DB
	s   *supplier.Service
	ctx context.Context // an administrator of company 1
}

func open(t *testing.T) *list {
	t.Helper()
	t.Parallel()
	db := seedtest.New(t, clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)))
	l := &list{t, db, supplier.NewService(db), admin(1)}
	return l
}

func admin(company int64) context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: company, UserID: 1, Name: "Администратор", Grants: access.RoleGrants(access.Admin, company, 0)})
}

func platform() context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Name: "Платформа", Companies: []int64{1, 2, 3}})
}

func (l *list) all(f supplier.Filter) []supplier.Own {
	l.t.Helper()
	f.CompanyID = 1
	out, err := l.s.List(l.ctx, f)
	require.NoError(l.t, err)
	return out
}

func (l *list) houses() (ids []int64) {
	l.t.Helper()
	require.NoError(l.t, pg.Do(l.ctx, l.db, func(tx *pg.Tx) error {
		return tx.QueryRow(l.ctx, `select array_agg(id order by id) from buildings where company_id = 1`).Scan(&ids)
	}))
	return ids
}

func (l *list) serving(house int64, kind string) string {
	l.t.Helper()
	o, err := pg.InTx(l.ctx, l.db, func(tx *pg.Tx) (*supplier.Own, error) { return l.s.For(l.ctx, tx, 1, house, kind) })
	require.NoError(l.t, err)
	if o == nil {
		return ""
	}
	return o.Named()
}

func ofOwn(name string) supplier.Own {
	return supplier.Own{CompanyID: 1, Name: name, Kind: "водоканал", Phones: []supplier.Phone{{Phone: "8 (343) 000-03-99", Note: " мастер ", Hours: "днём"}}, AllHouses: true, Contract: "12-В"}
}

func TestTheListIsFoundAndFiltered(t *testing.T) {
	l := open(t)
	require.Len(t, l.all(supplier.Filter{}), 8)
	names := func(f supplier.Filter) string {
		var out []string
		for _, o := range l.all(f) {
			out = append(out, o.Named())
		}
		return strings.Join(out, ", ")
	}
	require.Equal(t, "Озёрные тепловые сети", names(supplier.Filter{Kind: "теплосеть"}))
	require.Equal(t, "Озёрные тепловые сети", names(supplier.Filter{Text: "теплов"}))
	require.Equal(t, "Озёрные тепловые сети", names(supplier.Filter{Text: "ntgkjd"}), "typed on the wrong layout")
	require.Equal(t, "Горэлектросеть", names(supplier.Filter{Text: "8 343 000-03-30"}))
	hs := l.houses()
	require.Len(t, l.all(supplier.Filter{BuildingID: hs[0]}), 8)
	require.Len(t, l.all(supplier.Filter{BuildingID: hs[len(hs)-1]}), 7, "the door-phones are of three houses")
	_, err := l.s.List(l.ctx, supplier.Filter{CompanyID: 2})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// TestWhoServesTheHouse: the row with the house in it goes first, the company's own
// before a shared one; what is put away serves nobody.
func TestWhoServesTheHouse(t *testing.T) {
	l := open(t)
	hs := l.houses()
	require.Equal(t, "Водоканал Новоозёрска", l.serving(hs[0], "водоканал"))
	require.Empty(t, l.serving(hs[0], "дороги"))
	require.Equal(t, "Домофоны «Порог»", l.serving(hs[0], "домофон"))
	require.Empty(t, l.serving(hs[len(hs)-1], "домофон"))
	all, err := l.s.Add(l.ctx, ofOwn("Свой водоканал"))
	require.NoError(t, err)
	require.Equal(t, "Свой водоканал", l.serving(hs[0], "водоканал"))
	one := ofOwn("Скважина двора")
	one.AllHouses, one.BuildingIDs = false, []int64{hs[1], hs[1]}
	made, err := l.s.Add(l.ctx, one)
	require.NoError(t, err)
	require.Equal(t, []int64{hs[1]}, made.BuildingIDs)
	require.Equal(t, "Скважина двора", l.serving(hs[1], "водоканал"))
	require.Equal(t, "Свой водоканал", l.serving(hs[0], "водоканал"))
	for _, o := range []supplier.Own{all, made} {
		o.IsArchived = true
		_, err = l.s.Change(l.ctx, o)
		require.NoError(t, err)
	}
	require.Equal(t, "Водоканал Новоозёрска", l.serving(hs[1], "водоканал"))
	shared, err := l.s.AllShared(l.ctx, false)
	require.NoError(t, err)
	for _, x := range shared {
		if x.Kind == "водоканал" {
			x.IsArchived = true
			_, err = l.s.ChangeShared(platform(), x)
			require.NoError(t, err)
		}
	}
	require.Empty(t, l.serving(hs[1], "водоканал"))
}

func TestACompanyKeepsItsOwnWords(t *testing.T) {
	l := open(t)
	made, err := l.s.Add(l.ctx, ofOwn("Свой водоканал"))
	require.NoError(t, err)
	require.Equal(t, []supplier.Phone{{Phone: "+73430000399", Note: "мастер", Hours: "днём"}}, made.Phones)
	made.Contract = "13-В"
	now, err := l.s.Change(l.ctx, made)
	require.NoError(t, err)
	require.Equal(t, 2, now.Version)
	_, err = l.s.Change(l.ctx, made)
	require.Equal(t, "supplier.changed", fault.CodeOf(err), "an old version is a conflict")
	_, err = l.s.Get(admin(2), made.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = l.s.Change(admin(2), now)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	dup := supplier.Own{CompanyID: 1, SupplierID: l.all(supplier.Filter{Kind: "газ"})[0].SupplierID, AllHouses: true}
	_, err = l.s.Add(l.ctx, dup)
	require.Equal(t, "supplier.twice", fault.CodeOf(err))
	var n int
	require.NoError(t, pg.Do(l.ctx, l.db, func(tx *pg.Tx) error {
		return tx.QueryRow(l.ctx, `select count(*) from audit_entries where action = 'supplier.change' and data -> 'before' ->> 'contract' = '12-В' and data -> 'after' ->> 'contract' = '13-В'`).Scan(&n)
	}))
	require.Equal(t, 1, n)
}

func TestWhatIsWrongIsSaidAtItsField(t *testing.T) {
	l := open(t)
	theirs := l.houses()[0]
	for where, spoil := range map[string]func(o *supplier.Own){
		"body.name":            func(o *supplier.Own) { o.Name = " " },
		"body.kind":            func(o *supplier.Own) { o.Kind = "цирк" },
		"body.phones":          func(o *supplier.Own) { o.Phones = nil },
		"body.phones[0].phone": func(o *supplier.Own) { o.Phones[0].Phone = "12" },
		"body.contract":        func(o *supplier.Own) { o.Contract = strings.Repeat("1", 121) },
		"body.building_ids":    func(o *supplier.Own) { o.AllHouses = false },
		"body.supplier_id":     func(o *supplier.Own) { o.SupplierID = 987654 },
		"body.notes":           func(o *supplier.Own) { o.Notes = strings.Repeat("ы", 2001) },
	} {
		o := ofOwn("Организация")
		spoil(&o)
		_, err := l.s.Add(l.ctx, o)
		var f *fault.Error
		require.True(t, fault.As(err, &f), "%s: %v", where, err)
		require.Equal(t, where, f.Fields[0].Location)
	}
	far := ofOwn("Организация")
	far.AllHouses, far.BuildingIDs = false, []int64{theirs, 987654}
	_, err := l.s.Add(l.ctx, far)
	require.ErrorContains(t, err, "исправьте отмеченное", "a house of another company")
	_, err = l.s.AddShared(platform(), supplier.Shared{Name: "Горэлектросеть", Kind: "электросети"})
	require.Equal(t, "supplier.twice", fault.CodeOf(err))
	_, err = l.s.AddShared(l.ctx, supplier.Shared{Name: "Чужими руками", Kind: "электросети"})
	require.ErrorContains(t, err, "permission denied", "a company's user cannot write the shared list, whatever the API lets through")
}

func TestKindsAreThoseOfReasons(t *testing.T) {
	require.Len(t, supplier.Kinds(), 14)
	l := open(t)
	var unknown []string
	var known []string
	for _, k := range supplier.Kinds() {
		known = append(known, k.Code)
	}
	require.NoError(t, pg.Do(l.ctx, l.db, func(tx *pg.Tx) error {
		return tx.QueryRow(l.ctx, `select coalesce(array_agg(distinct supplier_kind), '{}') from reasons where supplier_kind <> '' and not supplier_kind = any($1)`, known).Scan(&unknown)
	}))
	require.Empty(t, unknown)
}
