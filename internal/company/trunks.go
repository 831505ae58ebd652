package company

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

// TrunkSettings is an account at a provider as our own people set it up. The password is
// written only: none reads it back.
type TrunkSettings struct {
	ID          int64
	Name        string
	Carrier     string
	Host        string
	Port        int
	Transport   string // udp, tcp, tls
	SRTP        string // off, optional, required
	CA          string // PEM of the authority that signs for him; "": the system's
	Pin         string // SHA-256 of his public key in hex, instead of an authority
	Registers   bool   // false: trusted by address
	User        string
	HasPassword bool
	Addresses   []string // its packets come from, beside the host's own
	Channels    int
	PerSecond   int
	Codecs      []string
	CallerIDs   []string // numbers of other trunks that may be shown through it
	Priority    int      // lower is tried first
	IsActive    bool
	Version     int
	Lines       []string // numbers bound to it
	Probe       ProbeSettings
}

// ProbeSettings is the synthetic call through a trunk (F9).
type ProbeSettings struct {
	Number   string // of ours, E.164; "": none is made
	EveryMin int
	Price    int // of one, in kopecks
	Budget   int // of a day, in kopecks
}

const trunkColumns = `id, name, carrier, host, port, transport, srtp, tls_ca, tls_pin, registers, auth_user, auth_password <> '' or auth_sealed is not null, addresses, channels,
	calls_per_second, codecs, caller_ids, priority, is_active, version,
	array(select phone from lines l where l.trunk_id = trunks.id and l.is_active order by phone), probe_number, probe_every_min, probe_price, probe_budget`

// TrunkList is every account at a provider, those in force first.
func (s *Service) TrunkList(ctx context.Context) (out []TrunkSettings, err error) {
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, _ access.Actor) error {
		rows, err := tx.Query(ctx, `select `+trunkColumns+` from trunks order by is_active desc, priority, id`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, trunkRow)
		return err
	})
	return out, err
}

func trunkRow(r pgx.CollectableRow) (t TrunkSettings, err error) {
	err = r.Scan(&t.ID, &t.Name, &t.Carrier, &t.Host, &t.Port, &t.Transport, &t.SRTP, &t.CA, &t.Pin, &t.Registers, &t.User, &t.HasPassword, &t.Addresses, &t.Channels,
		&t.PerSecond, &t.Codecs, &t.CallerIDs, &t.Priority, &t.IsActive, &t.Version, &t.Lines, &t.Probe.Number, &t.Probe.EveryMin, &t.Probe.Price, &t.Probe.Budget)
	return t, err
}

func trunk(ctx context.Context, tx *pg.Tx, id int64) (t TrunkSettings, err error) {
	rows, err := tx.Query(ctx, `select `+trunkColumns+` from trunks where id = $1 for update`, id)
	if err != nil {
		return t, err
	}
	t, err = pgx.CollectExactlyOneRow(rows, trunkRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, fault.Missing("trunk")
	}
	return t, err
}

// KeepTrunk makes an account at a provider (ID 0) or changes it; password nil leaves the
// one that is kept. fault.Invalid names the field, fault.Conflict "trunk.changed" when
// somebody changed it meanwhile. The engines follow within seconds.
func (s *Service) KeepTrunk(ctx context.Context, t TrunkSettings, password *string) (out TrunkSettings, err error) {
	t.tidy()
	if err := t.check(password); err != nil {
		return out, err
	}
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, by access.Actor) error {
		action, before := "trunk.add", map[string]any(nil)
		if t.ID != 0 {
			was, err := trunk(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			if was.Version != t.Version {
				return fault.New(fault.Conflict, "trunk.changed", "Транк только что изменил другой: посмотрите, какой он теперь.")
			}
			action, before = "trunk.change", was.words()
			t.HasPassword = was.HasPassword || password != nil
		}
		if err := s.writeTrunk(ctx, tx, &t, password); err != nil {
			return err
		}
		if out, err = trunk(ctx, tx, t.ID); err != nil {
			return err
		}
		after := out.words()
		if password != nil {
			after["password"] = "новый"
		}
		return tx.As(ctx, access.Actor{Kind: access.System, UserID: by.UserID, Name: by.Name, Source: by.Source}, func(tx *pg.Tx) error {
			return audit.Change(ctx, tx, 0, action, fmt.Sprintf("trunk:%d", out.ID), before, after)
		})
	})
	return out, err
}

func (s *Service) writeTrunk(ctx context.Context, tx *pg.Tx, t *TrunkSettings, password *string) error {
	var twice bool
	if err := tx.QueryRow(ctx, `select exists (select from trunks where id <> $1 and lower(name) = lower($2))`, t.ID, t.Name).Scan(&twice); err != nil {
		return err
	}
	if twice {
		return fault.New(fault.Invalid, "trunk.twice", "Транк «%s» уже есть.", t.Name).At("body.name", "такой уже есть")
	}
	if err := t.Probe.rings(ctx, tx); err != nil {
		return err
	}
	args := []any{
		t.Name, t.Carrier, t.Host, t.Port, t.Transport, t.Registers, t.User, t.Addresses, t.Channels, t.PerSecond, t.Codecs, t.CallerIDs, t.Priority, t.IsActive, t.SRTP, t.CA, t.Pin,
		t.Probe.Number, t.Probe.EveryMin, t.Probe.Price, t.Probe.Budget,
	}
	q := `insert into trunks (name, carrier, host, port, transport, registers, auth_user, addresses, channels, calls_per_second, codecs, caller_ids, priority, is_active, srtp, tls_ca, tls_pin,
		probe_number, probe_every_min, probe_price, probe_budget)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) returning id`
	if t.ID != 0 {
		q = `update trunks set name = $1, carrier = $2, host = $3, port = $4, transport = $5, registers = $6, auth_user = $7, addresses = $8, channels = $9,
			calls_per_second = $10, codecs = $11, caller_ids = $12, priority = $13, is_active = $14, srtp = $15, tls_ca = $16, tls_pin = $17,
			probe_number = $18, probe_every_min = $19, probe_price = $20, probe_budget = $21, version = version + 1 where id = $22 returning id`
		args = append(args, t.ID)
	}
	if err := tx.QueryRow(ctx, q, args...).Scan(&t.ID); err != nil || password == nil {
		return err
	}
	if s.Keys == nil {
		_, err := tx.Exec(ctx, `update trunks set auth_password = $2, auth_sealed = null, sealed_at = null, blanked_at = null where id = $1`, t.ID, *password)
		return err
	}
	_, err := tx.Exec(ctx, `update trunks set auth_password = '', auth_sealed = $2, sealed_at = $3, blanked_at = $3 where id = $1`,
		t.ID, s.Keys.Seal([]byte(*password), secret.Place(sealedTrunks.Place, t.ID)), tx.Now)
	return err
}

func (t *TrunkSettings) tidy() {
	t.Name, t.Carrier = strings.Join(strings.Fields(t.Name), " "), strings.Join(strings.Fields(t.Carrier), " ")
	t.Host, t.User = strings.TrimSpace(t.Host), strings.TrimSpace(t.User)
	if t.SRTP == "" {
		t.SRTP = "off"
	}
	t.CA, t.Pin = strings.TrimSpace(t.CA), strings.ToLower(strings.ReplaceAll(strings.TrimSpace(t.Pin), ":", ""))
	if len(t.Codecs) == 0 {
		t.Codecs = []string{"pcma", "pcmu"}
	}
	t.Probe.tidy()
	trimmed := func(in []string) []string {
		out := []string{}
		for _, x := range in {
			if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
		return out
	}
	t.Addresses, t.CallerIDs = trimmed(t.Addresses), trimmed(t.CallerIDs)
}

var (
	hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
	authUser = regexp.MustCompile(`^[A-Za-z0-9._~+@-]{1,100}$`)
)

func (t *TrunkSettings) check(password *string) error {
	bad := fault.New(fault.Invalid, "trunk.wrong", "Транк не сохранён: исправьте отмеченное.")
	named := func(at, v string) {
		if n := len([]rune(v)); n < 2 || n > 60 {
			bad = bad.At("body."+at, "от 2 до 60 знаков")
		}
	}
	named("name", t.Name)
	named("carrier", t.Carrier)
	if net.ParseIP(t.Host) == nil && !hostName.MatchString(t.Host) {
		bad = bad.At("body.host", "адрес вида sip.example.ru или 198.51.100.7")
	}
	if t.Port < 0 || t.Port > 65535 {
		bad = bad.At("body.port", "от 1 до 65535 или пусто")
	}
	if t.Registers && !authUser.MatchString(t.User) || t.User != "" && !authUser.MatchString(t.User) {
		bad = bad.At("body.user", "имя латиницей, как его дал провайдер")
	}
	if password != nil && (len(*password) > 200 || strings.ContainsAny(*password, "\r\n\x00")) {
		bad = bad.At("body.password", "до 200 знаков в одну строку")
	}
	if t.Channels < 0 || t.Channels > 10000 {
		bad = bad.At("body.channels", "от 0 до 10000")
	}
	if t.PerSecond < 0 || t.PerSecond > 1000 {
		bad = bad.At("body.per_second", "от 0 до 1000")
	}
	if t.Priority < 0 || t.Priority > 1000 {
		bad = bad.At("body.priority", "от 0 до 1000")
	}
	t.checkLists(&bad)
	t.Probe.check(&bad)
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// most is more addresses or numbers than a provider has.
const mostOfTrunk = 50

func (t *TrunkSettings) checkLists(bad **fault.Error) {
	t.checkTLS(bad)
	for i, a := range t.Addresses {
		p, err := netip.ParsePrefix(a)
		if _, one := netip.ParseAddr(a); one != nil && (err != nil || p.Bits() < 16) {
			*bad = (*bad).At(fmt.Sprintf("body.addresses[%d]", i), "адрес вида 198.51.100.7 или сеть 198.51.100.0/24, не шире /16")
		}
	}
	if !t.Registers && net.ParseIP(t.Host) == nil && len(t.Addresses) == 0 {
		*bad = (*bad).At("body.addresses", "без регистрации провайдера узнают по адресу: впишите его")
	}
	for i, n := range t.CallerIDs {
		e, err := phone.Parse(n, "")
		if err != nil {
			*bad = (*bad).At(fmt.Sprintf("body.caller_ids[%d]", i), "не похоже на телефон")
			continue
		}
		t.CallerIDs[i] = e
	}
	for i, c := range t.Codecs {
		if c != "pcma" && c != "pcmu" || slices.Contains(t.Codecs[:i], c) {
			*bad = (*bad).At("body.codecs", "pcma и pcmu, каждый один раз")
		}
	}
	if len(t.Addresses) > mostOfTrunk || len(t.CallerIDs) > mostOfTrunk {
		*bad = (*bad).At("body.addresses", "не больше 50")
	}
}

var keyPin = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (t *TrunkSettings) checkTLS(bad **fault.Error) {
	if t.Transport != "udp" && t.Transport != "tcp" && t.Transport != "tls" {
		*bad = (*bad).At("body.transport", "udp, tcp или tls")
	}
	if t.SRTP != "off" && t.SRTP != "optional" && t.SRTP != "required" {
		*bad = (*bad).At("body.srtp", "off, optional или required")
	}
	if t.CA != "" && (len(t.CA) > 20000 || !x509.NewCertPool().AppendCertsFromPEM([]byte(t.CA))) {
		*bad = (*bad).At("body.tls_ca", "сертификат центра в виде PEM: от «-----BEGIN CERTIFICATE-----» до конца")
	}
	if t.Pin != "" && !keyPin.MatchString(t.Pin) {
		*bad = (*bad).At("body.tls_pin", "отпечаток SHA-256 открытого ключа: 64 шестнадцатеричных знака")
	}
}

// words are a trunk as the audit journal shows it.
func (t TrunkSettings) words() map[string]any {
	return map[string]any{
		"name": t.Name, "carrier": t.Carrier, "host": t.Host, "port": t.Port, "transport": t.Transport, "srtp": t.SRTP, "tls_ca": t.CA, "tls_pin": t.Pin, "registers": t.Registers, "user": t.User, "addresses": t.Addresses,
		"channels": t.Channels, "per_second": t.PerSecond, "codecs": t.Codecs, "caller_ids": t.CallerIDs, "priority": t.Priority, "is_active": t.IsActive,
		"probe_number": t.Probe.Number, "probe_every_min": t.Probe.EveryMin, "probe_price": t.Probe.Price, "probe_budget": t.Probe.Budget,
	}
}
