package seed_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock/clocktest"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/reason"
	"d24/internal/seed"
)

func demo(t *testing.T) *pg.DB {
	t.Helper()
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)))
	fresh, err := seed.Demo(context.Background(), db, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	require.True(t, fresh)
	return db
}

func TestTheDemoCityIsWhole(t *testing.T) {
	t.Parallel()
	db := demo(t)
	ctx := access.AsSystem(context.Background(), "test")
	fresh, err := seed.Demo(ctx, db, seed.Trunks{HostX: "127.0.0.9", PortX: 1, HostY: "127.0.0.8", PortY: 2})
	require.NoError(t, err)
	require.False(t, fresh, "the second time only the trunks are moved")
	require.NoError(t, pg.Do(ctx, db, func(tx *pg.Tx) error {
		for q, least := range map[string]int{"buildings": 60, "companies": 3, "units": 2000, "members": 20, "reasons": 300, "tickets": 72, "contacts": 60, "lines": 4} {
			var n int
			require.NoError(t, tx.QueryRow(ctx, "select count(*) from "+q).Scan(&n))
			require.GreaterOrEqual(t, n, least, q)
		}
		var host string
		require.NoError(t, tx.QueryRow(ctx, "select host from trunks where auth_user = $1", seed.UserX).Scan(&host))
		require.Equal(t, "127.0.0.9", host)
		return nil
	}))
	require.True(t, phone.IsE164(seed.MemberPhone(0, 0)))
	require.Len(t, seed.MemberPhone(2, 9), 12)
	require.Len(t, seed.ResidentPhone(59), 12)
}

func TestReasonsAreFoundByWhatPeopleSay(t *testing.T) {
	t.Parallel()
	db := demo(t)
	s := reason.NewService(db)
	ctx := access.With(context.Background(), access.Actor{Kind: access.Operator, Companies: []int64{1}})
	for said, code := range map[string]string{
		"топит": "ВС-02", "njgbn": "ВС-02", "льёт": "ВС-01", "хлещет": "ВС-01", "затопили соседи": "ВС-02", "прорвало трубу": "ВС-01",
		"нет горячей воды": "ВС-07", "нет холодной воды": "ВС-05", "ржавая вода": "ВС-11", "слабый напор": "ВС-09", "вода в подвале": "ВС-03",
		"засор": "КН-01", "воняет канализацией": "КН-05", "забилась раковина": "КН-06", "батареи холодные": "ОТ-03", "не топят": "ОТ-02",
		"холодно в квартире": "ОТ-04", "прорвало батарею": "ОТ-01", "капает батарея": "ОТ-05", "заменить батарею": "ОТ-08",
		"нет света": "ЭЛ-03", "нет света в подъезде": "ЭЛ-02", "искрит щиток": "ЭЛ-04", "искрить": "ЭЛ-04", "лампочка перегорела": "ЭЛ-07", "розетка": "ЭЛ-11",
		"пахнет газом": "ГЗ-01", "запах газа": "ГЗ-01", "нет газа": "ГЗ-02", "застряли в лифте": "ЛФ-01", "лифт не работает": "ЛФ-02", "лифт стоит": "ЛФ-02",
		"течёт крыша": "КР-01", "сосульки": "КР-02", "дверь не закрывается": "ПД-01", "разбито окно": "ПД-02", "грязно в подъезде": "ПД-05",
		"домофон": "ДМ-01", "домафон": "ДМ-01", "ключ от домофона": "ДМ-03", "шлагбаум": "ДМ-04", "мусоропровод": "МС-01", "не вывезли мусор": "МС-03",
		"гололёд": "ДВ-01", "скользко": "ДВ-01", "упало дерево": "ДВ-02", "открытый люк": "ДВ-03", "качели": "ДВ-04", "вентиляция": "ВП-01",
		"тараканы": "ВП-03", "пожар": "ВП-02", "передать показания": "ПУ-01", "опломбировать счётчик": "ПУ-02", "поменять счётчик": "ПУ-03",
		"квитанция": "НЧ-01", "перерасчёт": "НЧ-02", "справка": "ДК-01", "акт о заливе": "ДК-02", "жалоба": "УП-03", "шумят соседи": "УП-05",
		"статус заявки": "ЗВ-01", "когда придут": "ЗВ-01", "отменить заявку": "ЗВ-03", "смеситель": "ПЛ-01", "замок": "ПЛ-03", "прорво трубу": "ВС-01",
	} {
		found, err := s.Search(ctx, 1, said, 3)
		require.NoError(t, err)
		if len(found) == 0 || found[0].Code != code {
			t.Errorf("%q: want %s, found %v", said, code, codes(found))
		}
	}
	found, err := s.Search(ctx, 1, "", 3)
	require.NoError(t, err)
	require.Empty(t, found)
}

func codes(fs []reason.Found) (out []string) {
	for _, f := range fs {
		out = append(out, f.Code+" ("+f.By+")")
	}
	return out
}

func TestHousesAreFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	db := demo(t)
	s := building.NewService(db)
	ctx := access.With(context.Background(), access.Actor{Kind: access.Operator, Companies: []int64{1, 2, 3}})
	for typed, want := range map[string]string{
		"озё 4": "Озёрная, 4", "озер 4 12": "Озёрная, 4, кв. 12", "ул. Озёрная, д. 4, кв. 12": "Озёрная, 4, кв. 12", "jpthyfz 4": "Озёрная, 4",
		"азерная 4": "Озёрная, 4", "рябинавая 27": "Рябиновая, 27", "озерная 16/1": "Озёрная, 16/1", "зве 30": "Звёздная, 30", "весенняя 7 корп 2": "Весенняя, 7 корп. 2",
		"ЛОДОЧНАЯ 3": "Лодочная, 3", "мос 11": "Мостовая, 11",
	} {
		found, err := s.Search(ctx, typed, 0, 5)
		require.NoError(t, err)
		if len(found) == 0 || building.Address(found[0].Building, found[0].Unit) != want {
			t.Errorf("%q: want %s, found %d %+v", typed, want, len(found), first(found))
		}
	}
	found, err := s.Search(access.With(context.Background(), access.Actor{Kind: access.Operator, Companies: []int64{2}}), "озё", 0, 5)
	require.NoError(t, err)
	require.Empty(t, found, "houses of a company that is not served do not exist")
}

func first(fs []building.Found) string {
	if len(fs) == 0 {
		return ""
	}
	return building.Address(fs[0].Building, fs[0].Unit)
}
