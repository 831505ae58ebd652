// Package config reads the environment into structs, one per area. Flags of the
// command line win over it. What a company's administrator changes is data, not this.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything a process is told from outside.
type Config struct {
	Process
	Pages
	Sound
	Store
}

// Process is about the process itself.
type Process struct {
	Role     string `env:"D24_ROLE" envDefault:"all" help:"что делает процесс: all, web, work или phone"`
	Node     string `env:"D24_NODE" envDefault:"node-1" help:"имя телефонной части; у каждой своё"`
	LogLevel string `env:"D24_LOG_LEVEL" envDefault:"info" help:"подробность журнала программы: debug, info, warn, error"`
	LogText  bool   `env:"D24_LOG_TEXT" help:"журнал программы строками вместо JSON"`
}

// Pages is about the web side.
type Pages struct {
	Listen     string `env:"D24_LISTEN" envDefault:"127.0.0.1:8024" help:"адрес страниц и API"`
	PublicURL  string `env:"D24_PUBLIC_URL" help:"как страницы открывают снаружи; по умолчанию http://D24_LISTEN"`
	Secure     bool   `env:"D24_SECURE" help:"страницы открываются по https (так и есть, когда D24_PUBLIC_URL начинается с https)"`
	Secret     string `env:"D24_SECRET" help:"секрет подписи ссылок; без него делается в каталоге данных" secret:"text"`
	SecretFile string `env:"D24_SECRET_FILE" help:"файл с этим секретом"`
	Demo       bool   `env:"D24_DEMO" help:"показательные данные и город"`

	Outbound string `env:"D24_OUTBOUND_ALLOW" help:"внутренние сети, в которые разрешены вебхуки, через запятую: 10.1.2.0/24; без них только открытый интернет"`

	TokenRate   int `env:"D24_TOKEN_RATE" envDefault:"600" help:"сколько запросов API в минуту принимается с одним токеном, четверть из них сразу; остальным 429 с Retry-After; 0: без предела"`
	PersonRate  int `env:"D24_PERSON_RATE" envDefault:"12000" help:"сколько с экранов одного человека; 0: без предела"`
	AddressRate int `env:"D24_ADDRESS_RATE" envDefault:"3000" help:"сколько с одного сетевого адреса от тех, кто не вошёл; 0: без предела"`
}

// Sound is about the phone side.
type Sound struct {
	SIP    string `env:"D24_SIP" envDefault:"127.0.0.1:5062" help:"адрес SIP, UDP и TCP"`
	RTP    string `env:"D24_RTP_PORTS" envDefault:"10000-19999" help:"порты звука телефонов"`
	WebRTC string `env:"D24_WEBRTC" envDefault:"127.0.0.1:8025" help:"адрес звука браузеров, UDP"`
	Also   string `env:"D24_DIAL_ALSO" help:"начала номеров, куда разрешено звонить кроме городских и мобильных России, через запятую: +7800,+375"`
	Cert   string `env:"D24_SIP_CERT" help:"файл PEM с сертификатом для операторов связи, которые приходят по TLS на порт за портом SIP; пусто: по TLS не слушаем"`
	CertBy string `env:"D24_SIP_KEY" help:"файл PEM с ключом этого сертификата"`
	Door   string `env:"D24_PHONE_API" envDefault:"127.0.0.1:8026" help:"дверь телефонной части для веб-части"`

	Phones     string `env:"D24_DESK_PHONES" help:"адрес SIP, UDP и TCP, на котором регистрируются настольные телефоны операторов; пусто: их нет"`
	PhonesFrom string `env:"D24_DESK_PHONES_FROM" envDefault:"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7" help:"сети, из которых они приходят, через запятую; остальные пакеты не читаются"`

	Drain         time.Duration `env:"D24_DRAIN" envDefault:"2m" help:"сколько телефонная часть ждёт конца разговоров, когда её останавливают отдельно или сменяет новая; 0s: не ждёт"`
	RecordingPart time.Duration `env:"D24_RECORDING_PART" envDefault:"30m" help:"сколько звука в одном файле записи: длинный разговор пишется частями, слушают их подряд; 0s: не делить"`
	Alone         time.Duration `env:"D24_ALONE" envDefault:"2m" help:"сколько телефонная часть роли all, оставшаяся без программы, ждёт новую, прежде чем закончить разговоры и уйти"`
	Keep          string        `env:"D24_KEEP" help:"ставит роль all своей телефонной части: файл, по которому её находит следующая программа"`
	CPS           int           `env:"D24_TRUNK_CPS" envDefault:"50" help:"сколько звонков в секунду принимается с одного адреса оператора связи; остальным 503 с Retry-After; 0: без предела"`
}

// DialAlso are the beginnings of numbers that may be dialled beside geographic and mobile
// ones of Russia (S9).
func (s Sound) DialAlso() []string {
	return strings.FieldsFunc(s.Also, func(r rune) bool { return r == ',' || r == ' ' })
}

// Store is about what is kept.
type Store struct {
	Data            string `env:"D24_DATA" envDefault:"./data" help:"каталог данных: база, записи, голос"`
	Keys            string `env:"D24_KEYS" help:"файл ключей, которыми закрыты секреты в базе; по умолчанию keys в каталоге данных"`
	DatabaseURL     string `env:"D24_DATABASE_URL" help:"своя база вместо встроенной" secret:"url"`
	DatabaseURLFile string `env:"D24_DATABASE_URL_FILE" help:"файл с её адресом"`
	OwnerURL        string `env:"D24_DATABASE_OWNER_URL" help:"владелец схемы, для миграций; по умолчанию D24_DATABASE_URL" secret:"url"`
	OwnerURLFile    string `env:"D24_DATABASE_OWNER_URL_FILE" help:"файл с его адресом"`
	Turns           int    `env:"D24_DATABASE_TURNS" help:"сколько запросов экранов и API читают и пишут базу одновременно, остальные ждут очереди; 0: по четыре на ядро этой машины"`
	Away            string `env:"D24_RECORDINGS_URL" help:"хранилище S3, куда уходят закрытые записи: https://КЛЮЧ:СЕКРЕТ@хост/корзина?region=…; без него они лежат в каталоге данных" secret:"url"`
	AwayFile        string `env:"D24_RECORDINGS_URL_FILE" help:"файл с его адресом"`
}

// Roles a process may have.
const (
	All   = "all"
	Web   = "web"
	Work  = "work"
	Phone = "phone"
)

// Flags are the words of the command line, for kong (embed them in a command).
// An empty one leaves the environment's value.
type Flags struct {
	Data     string `help:"каталог данных" placeholder:"DIR"`
	Listen   string `help:"адрес страниц и API" placeholder:"HOST:PORT"`
	SIP      string `name:"sip" help:"адрес SIP" placeholder:"HOST:PORT"`
	RTP      string `name:"rtp-ports" help:"порты звука телефонов" placeholder:"LO-HI"`
	WebRTC   string `name:"webrtc" help:"адрес звука браузеров" placeholder:"HOST:PORT"`
	Phones   string `name:"desk-phones" help:"адрес SIP для настольных телефонов" placeholder:"HOST:PORT"`
	Door     string `name:"phone-api" help:"дверь телефонной части" placeholder:"HOST:PORT"`
	Role     string `help:"all, web, work или phone" placeholder:"ROLE"`
	Node     string `help:"имя телефонной части" placeholder:"NAME"`
	LogLevel string `help:"debug, info, warn, error" placeholder:"LEVEL"`
	Demo     bool   `help:"показательные данные и город"`
}

// FromEnv reads the environment and the files it names. What cannot be read is
// said all at once; call Check for the meaning, after the flags are put over.
func FromEnv() (Config, error) {
	c, err := env.ParseAs[Config]()
	errs := []error{parseErrors(err)}
	for _, f := range []struct {
		name, path string
		into       *string
	}{
		{"D24_SECRET_FILE", c.SecretFile, &c.Secret},
		{"D24_DATABASE_URL_FILE", c.DatabaseURLFile, &c.DatabaseURL},
		{"D24_DATABASE_OWNER_URL_FILE", c.OwnerURLFile, &c.OwnerURL},
		{"D24_RECORDINGS_URL_FILE", c.AwayFile, &c.Away},
	} {
		if f.path == "" {
			continue
		}
		b, err := os.ReadFile(f.path)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", f.name, err))
		case strings.TrimSpace(string(b)) == "":
			errs = append(errs, fmt.Errorf("%s: файл %s пуст", f.name, f.path))
		case *f.into != "":
			errs = append(errs, fmt.Errorf("%s и %s заданы вместе: оставьте одно", f.name, strings.TrimSuffix(f.name, "_FILE")))
		default:
			*f.into = strings.TrimSpace(string(b))
		}
	}
	return c, errors.Join(errs...)
}

// parseErrors says in Russian which variables have no readable value.
func parseErrors(err error) error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return err
	}
	var out []error
	for _, e := range all.Errors {
		var p env.ParseError
		if errors.As(e, &p) {
			f, _ := reflect.TypeFor[Config]().FieldByName(p.Name)
			e = fmt.Errorf("%s: значение не читается, нужно %s", f.Tag.Get("env"), p.Type)
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

// With puts the flags over the settings.
func (c Config) With(f Flags) Config {
	for _, p := range []struct {
		from string
		to   *string
	}{
		{f.Data, &c.Data},
		{f.Listen, &c.Listen},
		{f.SIP, &c.SIP},
		{f.RTP, &c.RTP},
		{f.WebRTC, &c.WebRTC},
		{f.Phones, &c.Phones},
		{f.Door, &c.Door},
		{f.Role, &c.Role},
		{f.Node, &c.Node},
		{f.LogLevel, &c.LogLevel},
	} {
		if p.from != "" {
			*p.to = p.from
		}
	}
	c.Demo = c.Demo || f.Demo
	return c
}

// Level is the log level; info when it cannot be read.
func (c Config) Level() slog.Level {
	var l slog.Level
	_ = l.UnmarshalText([]byte(c.LogLevel))
	return l
}

// Address is how people open the pages, without a slash at the end.
func (c Config) Address() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	return "http://" + c.Listen
}

// HTTPS tells whether browsers reach us by https, so cookies must be Secure.
func (c Config) HTTPS() bool { return c.Secure || strings.HasPrefix(c.PublicURL, "https://") }

// OutboundAllow are the networks of D24_OUTBOUND_ALLOW; Check says which of them cannot be read.
func (c Config) OutboundAllow() (out []netip.Prefix) {
	for _, p := range listed(c.Outbound) {
		if n, err := netip.ParsePrefix(p); err == nil {
			out = append(out, n.Masked())
		}
	}
	return out
}

// DeskPhones is where desk phones register; zero: nowhere. Check says what cannot be read.
func (c Config) DeskPhones() netip.AddrPort {
	a, _ := netip.ParseAddrPort(c.Phones)
	return a
}

// DeskPhonesFrom are the networks that desk phones come from.
func (c Config) DeskPhonesFrom() []string { return listed(c.PhonesFrom) }

func listed(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// KeysFile is where the keys are that secrets in the database are sealed by.
func (c Config) KeysFile() string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(c.Data, "keys")
}

// Environ is c as an environment for a child process, secrets included.
func (c Config) Environ() (out []string) {
	each(c, func(f reflect.StructField, v any) {
		name := f.Tag.Get("env")
		if strings.HasSuffix(name, "_FILE") { // what was in the file is said itself
			v = ""
		}
		out = append(out, fmt.Sprintf("%s=%v", name, v))
	})
	return out
}

// each visits every setting of every area.
func each(c Config, visit func(f reflect.StructField, v any)) {
	areas := reflect.ValueOf(c)
	for i := range areas.NumField() {
		area := areas.Field(i)
		for j := range area.NumField() {
			visit(area.Type().Field(j), area.Field(j).Interface())
		}
	}
}
