package seed

import "d24/internal/tag"

// tags are the labels of a demo company, and the reasons of deferral all begin with.
func (s *seeder) tags(company int64) error {
	if err := tag.Install(s.ctx, s.tx, company); err != nil {
		return err
	}
	for i, t := range []tag.Tag{{Name: "Повторная", Colour: "violet"}, {Name: "Гарантия", Colour: "teal"}, {Name: "Жалоба", Colour: "pink"}, {Name: "Акт нужен", Colour: "blue"}} {
		if _, err := s.insert(`insert into tags (company_id, name, colour, position, created_at) values ($1, $2, $3, $4, $5)`, company, t.Name, t.Colour, i+1, s.tx.Now); err != nil {
			return err
		}
	}
	return nil
}
