package seed

// The demo city is invented: its name, its streets, its companies, its people
// and their numbers. Numbers are of a block nobody is given.

const (
	cityName = "Новоозёрск"
	cityZone = "Asia/Yekaterinburg"
	cityLine = "+73430000200"
)

type demoCompany struct {
	name    string
	line    string
	streets []demoStreet
	admin   string // login
}

type demoStreet struct {
	name   string
	houses []demoHouse
}

type demoHouse struct {
	number                      string
	floors, entrances, perFloor int
	lifts, year                 int
}

// row makes the houses of one side of a street.
func row(kind demoHouse, numbers ...string) (out []demoHouse) {
	for _, n := range numbers {
		h := kind
		h.number = n
		out = append(out, h)
	}
	return out
}

var (
	five    = demoHouse{floors: 5, entrances: 4, perFloor: 4, year: 1967}
	nine    = demoHouse{floors: 9, entrances: 3, perFloor: 4, lifts: 3, year: 1982}
	tower   = demoHouse{floors: 16, entrances: 1, perFloor: 6, lifts: 2, year: 2009}
	brick   = demoHouse{floors: 3, entrances: 2, perFloor: 4, year: 1955}
	newWing = demoHouse{floors: 12, entrances: 2, perFloor: 5, lifts: 4, year: 2018}
)

var demoCompanies = []demoCompany{
	{name: "УК «Северный берег»", line: "+73430000101", admin: "admin", streets: []demoStreet{
		{"Озёрная", append(row(five, "2", "4", "6", "8", "10", "12"), row(nine, "14", "16", "16/1")...)},
		{"Лодочная", append(row(brick, "1", "3", "5", "7"), row(five, "9", "11", "13")...)},
		{"Рябиновая", append(row(nine, "21", "23", "25"), row(tower, "27", "29", "31")...)},
	}},
	{name: "УК «Заречье»", line: "+73430000102", admin: "admin2", streets: []demoStreet{
		{"Мостовая", append(row(five, "1", "3", "5", "7", "9"), row(nine, "11", "13", "15")...)},
		{"Ткацкая", append(row(brick, "2", "4", "6"), row(five, "8", "10", "12", "14")...)},
		{"Звёздная", append(row(nine, "30", "32", "34"), row(newWing, "36", "38", "40")...)},
	}},
	{name: "УК «Уютный дом»", line: "+73430000103", admin: "admin3", streets: []demoStreet{
		{"Кленовая", append(row(five, "5", "7", "9", "11", "13"), row(nine, "15", "17")...)},
		{"Весенняя", append(row(tower, "1", "3", "5"), row(newWing, "7", "7 корп. 2", "9")...)},
		{"Гончарная", append(row(brick, "12", "14", "16", "18"), row(five, "20", "22", "24")...)},
	}},
}

type demoMember struct {
	name, spoken, position string
	work                   string // "": every kind of work
	level                  int    // 0: responsible
}

// Every company has the same staff list; surnames differ by company.
var demoStaff = [][]demoMember{
	{
		{"Гусев П. Н.", "Павел Николаевич", "сантехник", "сантехника", 1},
		{"Сафин Р. М.", "Ренат Маратович", "сантехник", "сантехника", 2},
		{"Орлов Д. С.", "Денис Сергеевич", "мастер участка", "сантехника", 3},
		{"Кравец А. И.", "Антон Игоревич", "электрик", "электрика", 1},
		{"Лыткин В. О.", "Виктор Олегович", "электрик", "электрика", 2},
		{"Мальцев Ю. Б.", "Юрий Борисович", "главный энергетик", "электрика", 3},
		{"Хасанов Т. Р.", "Тимур Рустамович", "дежурный слесарь", "", 1},
		{"Пахомов Е. Г.", "Евгений Геннадьевич", "техник", "", 2},
		{"Дорохов С. В.", "Семён Викторович", "мастер", "", 3},
		{"Ветров К. А.", "Кирилл Андреевич", "главный инженер", "", 0},
	},
	{
		{"Ершов М. Л.", "Максим Львович", "сантехник", "сантехника", 1},
		{"Галиев И. Ф.", "Ильдар Фаритович", "сантехник", "сантехника", 2},
		{"Носов О. П.", "Олег Петрович", "мастер участка", "сантехника", 3},
		{"Шубин Г. Е.", "Глеб Евгеньевич", "дежурный слесарь", "", 1},
		{"Рогов А. Д.", "Алексей Дмитриевич", "электрик", "", 2},
		{"Титов Н. С.", "Никита Семёнович", "мастер", "", 3},
		{"Бойко Л. А.", "Лариса Анатольевна", "управляющая", "", 0},
	},
	{
		{"Зимин В. В.", "Вадим Валерьевич", "сантехник", "сантехника", 1},
		{"Панов Ф. К.", "Фёдор Кириллович", "сантехник", "сантехника", 2},
		{"Усов Б. Т.", "Богдан Тарасович", "мастер участка", "сантехника", 3},
		{"Карпов Р. Я.", "Роман Яковлевич", "дежурный слесарь", "", 1},
		{"Юдин С. М.", "Станислав Михайлович", "техник", "", 2},
		{"Абаев Х. И.", "Хасан Ильясович", "мастер", "", 3},
		{"Жукова Е. Н.", "Елена Николаевна", "управляющая", "", 0},
	},
}
