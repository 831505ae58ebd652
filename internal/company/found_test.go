package company_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

func platform(t *testing.T) (*company.Service, context.Context, *pg.DB) {
	t.Helper()
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)))
	sys := access.AsSystem(context.Background(), "test")
	require.NoError(t, pg.Do(sys, db, func(tx *pg.Tx) error {
		_, err := tx.Exec(sys, `insert into trunks (name, carrier, host) values ('Транк X', 'Провайдер X', '127.0.0.2'), ('Транк Y', 'Провайдер Y', '127.0.0.3')`)
		return err
	}))
	return company.NewService(db), access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 9, Name: "Платформа", May: access.StaffPermissions("admin")}), db
}

func TestACompanyIsFounded(t *testing.T) {
	t.Parallel()
	s, ctx, db := platform(t)
	var began []int64
	s.Founders = append(s.Founders, func(_ context.Context, _ *pg.Tx, id int64) error { began = append(began, id); return nil })
	c, err := s.Found(ctx, company.NewTenant{Name: "  УК  «Пример» ", CityName: "Новоозёрск", Zone: "Asia/Yekaterinburg"})
	require.NoError(t, err)
	require.Equal(t, []int64{c.ID}, began)
	require.Equal(t, "УК «Пример»", c.Name)
	require.Contains(t, c.Greeting, "УК «Пример», диспетчерская")
	second, err := s.Found(ctx, company.NewTenant{Name: "УК «Вторая»", CityID: c.CityID})
	require.NoError(t, err)
	require.Equal(t, "Asia/Yekaterinburg", second.Zone, "of its city")

	c, err = s.AddLine(ctx, company.NewLine{CompanyID: c.ID, Phone: "8 (343) 000-05-01", TrunkID: 1})
	require.NoError(t, err)
	require.Equal(t, "+73430000501", c.Lines[0].Phone)
	require.Equal(t, "Провайдер X", c.Lines[0].Carrier)
	r, err := s.Register(ctx)
	require.NoError(t, err)
	require.Len(t, r.Companies, 2)
	require.Len(t, r.Cities, 1)
	require.Len(t, r.Trunks, 2)
	var written int
	sys := access.AsSystem(context.Background(), "test")
	require.NoError(t, pg.Do(sys, db, func(tx *pg.Tx) error {
		return tx.QueryRow(sys, `select count(*) from audit_entries where company_id = $1 and actor = 'Платформа' and user_id = 9 and action in ('company.add', 'line.add')`, c.ID).Scan(&written)
	}))
	require.Equal(t, 2, written)
}

func TestWhatAFoundingRefuses(t *testing.T) {
	t.Parallel()
	s, ctx, _ := platform(t)
	c, err := s.Found(ctx, company.NewTenant{Name: "УК «Пример»", CityName: "Новоозёрск", Zone: "Asia/Yekaterinburg"})
	require.NoError(t, err)
	for field, n := range map[string]company.NewTenant{
		"body.name":      {Name: " ", CityID: c.CityID},
		"body.city_id":   {Name: "УК «Другая»", CityID: 99},
		"body.city_name": {Name: "УК «Другая»"},
		"body.zone":      {Name: "УК «Другая»", CityName: "Приозёрск", Zone: "Asia/Nowhere"},
	} {
		_, err := s.Found(ctx, n)
		requireAt(t, err, field)
	}
	_, err = s.Found(ctx, company.NewTenant{Name: "ук «пример»", CityID: c.CityID})
	requireAt(t, err, "body.name")
	_, err = s.AddLine(ctx, company.NewLine{CompanyID: c.ID, Phone: "+7 343 000-05-01", TrunkID: 1})
	require.NoError(t, err)
	_, err = s.AddLine(ctx, company.NewLine{CompanyID: c.ID, Phone: "+7 343 000-05-01", TrunkID: 2})
	requireAt(t, err, "body.phone")
	_, err = s.AddLine(ctx, company.NewLine{CompanyID: c.ID, Phone: "звоните", TrunkID: 2})
	requireAt(t, err, "body.phone")
	_, err = s.AddLine(ctx, company.NewLine{CompanyID: c.ID, Phone: "+7 343 000-05-02", TrunkID: 77})
	requireAt(t, err, "body.trunk_id")
	_, err = s.AddLine(ctx, company.NewLine{CompanyID: 77, Phone: "+7 343 000-05-02", TrunkID: 1})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func requireAt(t *testing.T, err error, field string) {
	t.Helper()
	var f *fault.Error
	require.True(t, fault.As(err, &f), "%s: %v", field, err)
	require.Equal(t, fault.Invalid, f.Kind)
	require.Len(t, f.Fields, 1)
	require.Equal(t, field, f.Fields[0].Location)
}
