package city

import (
	"fmt"
	"net/netip"
	"time"
)

// The demo city's numbers, people and accounts are those that the product's own
// demo data has: see `d24 seed --demo`. All are invented.
const (
	demoUserX, demoPasswordX = "d24-x", "ozero-x"
	demoUserY, demoPasswordY = "d24-y", "ozero-y"
)

type demoHouses struct {
	street string
	houses []string
}

type demoCompany struct {
	name  string
	line  string
	posts []string // staff, in the order of their phones
	// streets are the first twenty houses: one resident known to the product lives
	// in each, in the flat of his own index.
	streets []demoHouses
}

var demoCompanies = []demoCompany{
	{
		"Северный берег", "+73430000101",
		[]string{
			"Гусев П. Н., сантехник, 1-й уровень", "Сафин Р. М., сантехник, 2-й уровень", "Орлов Д. С., мастер участка, 3-й уровень",
			"Кравец А. И., электрик, 1-й уровень", "Лыткин В. О., электрик, 2-й уровень", "Мальцев Ю. Б., главный энергетик, 3-й уровень",
			"Хасанов Т. Р., дежурный слесарь, 1-й уровень", "Пахомов Е. Г., техник, 2-й уровень", "Дорохов С. В., мастер, 3-й уровень", "Ветров К. А., главный инженер, ответственный",
		},
		[]demoHouses{
			{"Озёрная", []string{"2", "4", "6", "8", "10", "12", "14", "16", "16/1"}},
			{"Лодочная", []string{"1", "3", "5", "7", "9", "11", "13"}},
			{"Рябиновая", []string{"21", "23", "25", "27"}},
		},
	},
	{
		"Заречье", "+73430000102",
		[]string{
			"Ершов М. Л., сантехник, 1-й уровень", "Галиев И. Ф., сантехник, 2-й уровень", "Носов О. П., мастер участка, 3-й уровень",
			"Шубин Г. Е., дежурный слесарь, 1-й уровень", "Рогов А. Д., электрик, 2-й уровень", "Титов Н. С., мастер, 3-й уровень", "Бойко Л. А., управляющая, ответственная",
		},
		[]demoHouses{
			{"Мостовая", []string{"1", "3", "5", "7", "9", "11", "13", "15"}},
			{"Ткацкая", []string{"2", "4", "6", "8", "10", "12", "14"}},
			{"Звёздная", []string{"30", "32", "34", "36", "38"}},
		},
	},
	{
		"Уютный дом", "+73430000103",
		[]string{
			"Зимин В. В., сантехник, 1-й уровень", "Панов Ф. К., сантехник, 2-й уровень", "Усов Б. Т., мастер участка, 3-й уровень",
			"Карпов Р. Я., дежурный слесарь, 1-й уровень", "Юдин С. М., техник, 2-й уровень", "Абаев Х. И., мастер, 3-й уровень", "Жукова Е. Н., управляющая, ответственная",
		},
		[]demoHouses{
			{"Кленовая", []string{"5", "7", "9", "11", "13", "15", "17"}},
			{"Весенняя", []string{"1", "3", "5", "7", "7 корп. 2", "9"}},
			{"Гончарная", []string{"12", "14", "16", "18", "20", "22", "24"}},
		},
	},
}

const cityLine = "+73430000200"

// atThePage is how long a listed executor's phone rings, so that a person at the
// page may take it first.
const atThePage = 8 * time.Second

// strangers are residents whom the product does not know.
const strangers = 6

// Demo is the demo city Новоозёрск with its providers at x and y.
func Demo(x, y netip.AddrPort) Config {
	px := ProviderConfig{Name: "X", Title: "Провайдер X", Listen: x, User: demoUserX, Password: demoPasswordX}
	py := ProviderConfig{Name: "Y", Title: "Провайдер Y", Listen: y, User: demoUserY, Password: demoPasswordY, Lines: []Line{{cityLine, "город Новоозёрск"}}}
	c := Config{
		Residents: []Range{{79000900000, 79000900999}},
		Executors: []Range{{79000001000, 79000003099}},
	}
	for i, d := range demoCompanies {
		px.Lines = append(px.Lines, Line{d.line, "УК «" + d.name + "»"})
		for n, post := range d.posts {
			c.Subscribers = append(c.Subscribers, SubscriberConfig{Number: fmt.Sprintf("+7900000%d%03d", 1+i, n), Role: ExecutorRole, Label: post, Group: d.name, Rings: []Behaviour{{Do: Accept, After: Duration(atThePage)}}})
		}
	}
	for i, d := range demoCompanies {
		n := 0
		for _, s := range d.streets {
			for _, house := range s.houses {
				c.Subscribers = append(c.Subscribers, SubscriberConfig{
					Number: residentPhone(i*20 + n), Role: ResidentRole, Group: d.name, Label: fmt.Sprintf("%s, %s, кв. %d", s.street, house, n+1),
					Says: fmt.Sprintf("%s, дом %s, квартира %d.", s.street, house, n+1),
				})
				n++
			}
		}
	}
	for n := range strangers {
		d := demoCompanies[n%len(demoCompanies)]
		s := d.streets[n%len(d.streets)]
		c.Subscribers = append(c.Subscribers, SubscriberConfig{
			Number: residentPhone(20*len(demoCompanies) + n), Role: ResidentRole, Group: "номер не известен", Label: fmt.Sprintf("живёт: %s, %s", s.street, s.houses[0]),
			Says: fmt.Sprintf("%s, дом %s, квартира %d.", s.street, s.houses[0], 30+n),
		})
	}
	c.Providers = []ProviderConfig{px, py}
	return c
}

func residentPhone(n int) string { return fmt.Sprintf("+79000900%03d", n) }

// problems are what residents call about; the page has them as buttons.
var problems = []string{
	"Топит с потолка, вода льёт в коридор.", "Нет света во всём подъезде.", "Прорвало трубу в подвале.", "Застряли в лифте, нас двое.", "Нет горячей воды со вчерашнего дня.",
	"Холодные батареи, в квартире пятнадцать градусов.", "Пахнет газом на площадке.", "Искрит розетка.", "Не горит лампа у входа.", "Когда приходят передавать показания?",
}

// phrases are the other buttons of the page.
var phrases = map[Role][]string{
	ResidentRole: {"Здравствуйте.", "{address}", "Да, верно.", "Нет.", "Повторите, пожалуйста.", "Я уже звонил, что с моей заявкой?", "Спасибо, до свидания."},
	ExecutorRole: {"Да, слушаю.", "Принял, выезжаю.", "Сделано, заявка выполнена.", "Не могу, я на другом объекте.", "Буду через сорок минут.", "Повторите адрес.", "До свидания."},
}
