package seed

import (
	"encoding/json"

	"d24/internal/supplier"
)

// demoSuppliers are the organisations of the demo city; numbers of no real subscriber.
var demoSuppliers = []supplier.Shared{
	{Kind: "водоканал", Name: "Водоканал Новоозёрска", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "+73430000310", Note: "аварийная", Hours: "круглосуточно"}, {Phone: "+73430000311", Note: "качество воды", Hours: "пн–пт 8:30–17:30"}}},
	{Kind: "теплосеть", Name: "Озёрные тепловые сети", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "+73430000320", Note: "аварийная", Hours: "круглосуточно"}}},
	{Kind: "электросети", Name: "Горэлектросеть", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "+73430000330", Note: "диспетчер", Hours: "круглосуточно"}}},
	{Kind: "газ", Name: "Озёрскгаз", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "104", Note: "запах газа", Hours: "круглосуточно"}, {Phone: "+73430000340", Note: "плиты и колонки", Hours: "пн–пт 8:00–17:00"}}},
	{Kind: "лифт", Name: "Лифтсервис-Озеро", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "+73430000350", Note: "освобождение людей", Hours: "круглосуточно"}}},
	{Kind: "ТКО", Name: "ЭкоОператор", Hours: "пн–сб 8:00–20:00", Phones: []supplier.Phone{{Phone: "+73430000360", Note: "", Hours: "пн–сб 8:00–20:00"}}},
	{Kind: "ЕДДС", Name: "ЕДДС города", Hours: "круглосуточно", Phones: []supplier.Phone{{Phone: "112", Note: "", Hours: "круглосуточно"}}},
}

// suppliers puts the organisations on the shared list and on each company's own, with
// a door-phone company that only the company itself knows.
func (s *seeder) suppliers() error {
	for n, x := range demoSuppliers {
		phones, err := json.Marshal(x.Phones)
		if err != nil {
			return err
		}
		id, err := s.insert(`insert into suppliers (name, kind, phones, hours, created_at) values ($1, $2, $3, $4, $5)`, x.Name, x.Kind, phones, x.Hours, s.tx.Now)
		if err != nil {
			return err
		}
		if _, err := s.tx.Exec(s.ctx, `insert into company_suppliers (company_id, supplier_id, contract, created_at)
			select id, $1, lpad((id * 100 + $2)::text, 5, '0') || '/26', $3 from companies`, id, n+1, s.tx.Now); err != nil {
			return err
		}
	}
	if _, err := s.tx.Exec(s.ctx, `insert into company_suppliers (company_id, name, kind, phones, hours, contract, notes, all_houses, created_at)
		select id, 'Домофоны «Порог»', 'домофон', '[{"phone":"+73430000370","note":"мастер","hours":"пн–сб 9:00–19:00"}]', 'пн–сб 9:00–19:00', 'Д-' || id, 'Ключи выдают в офисе.', false, $1 from companies`, s.tx.Now); err != nil {
		return err
	}
	_, err := s.tx.Exec(s.ctx, `insert into company_supplier_buildings (company_id, company_supplier_id, building_id)
		select o.company_id, o.id, b.id from company_suppliers o join lateral (select id from buildings where company_id = o.company_id order by id limit 3) b on true where not o.all_houses`)
	return err
}

// prices are those of the first company's paid work.
func (s *seeder) prices() error {
	for code, prices := range map[string]string{
		"ПЛ-01": `[{"name":"Замена смесителя","unit":"шт.","amount":120000},{"name":"Замена сифона","unit":"шт.","amount":70000},{"name":"Замена гибкой подводки","unit":"шт.","amount":45000}]`,
		"ПЛ-03": `[{"name":"Вскрытие замка","unit":"","amount":250000},{"name":"Замена цилиндра замка","unit":"шт.","amount":90000}]`,
		"КН-06": `[{"name":"Прочистка одного прибора","unit":"","amount":110000}]`,
	} {
		if _, err := s.tx.Exec(s.ctx, `update reasons set prices = $2 where company_id = $1 and code = $3`, s.companies[0], prices, code); err != nil {
			return err
		}
	}
	return nil
}
