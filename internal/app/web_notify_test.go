package app_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/notify"
	"d24/internal/platform/outbound"
)

// browser is a device and its push service in one, as RFC 8030, 8188, 8291 and 8292 say: what
// comes is checked to be signed by our key for this service, and opened by the device's own.
// It is no real push service: those cannot be asked here.
type browser struct {
	*httptest.Server
	t      *testing.T
	key    *ecdh.PrivateKey
	auth   []byte
	public string // our VAPID key, as the page told it
	now    func() time.Time
	mu     sync.Mutex
	status int
	words  []notify.Word
	urgent []string
	wrong  []error
}

var raw64 = base64.RawURLEncoding

func newBrowser(t *testing.T) *browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	b := &browser{t: t, key: key, auth: make([]byte, 16), status: http.StatusCreated}
	_, _ = rand.Read(b.auth)
	b.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		word, err := b.open(r, body)
		if err != nil {
			b.wrong = append(b.wrong, err)
		}
		b.words, b.urgent = append(b.words, word), append(b.urgent, r.Header.Get("Urgency"))
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.Close)
	return b
}

// open checks the signature and opens the word.
func (b *browser) open(r *http.Request, body []byte) (w notify.Word, err error) {
	if err := b.signed(r.Header.Get("Authorization")); err != nil {
		return w, err
	}
	if r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" || len(body) < 21+65 || body[20] != 65 {
		return w, fmt.Errorf("not the form of RFC 8188: %v", r.Header)
	}
	salt, size, theirs, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:86], body[86:]
	if int(size) < len(sealed) {
		return w, fmt.Errorf("more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return w, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return w, err
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		k, err := hkdf.Key(sha256.New, secret, salt, info, n)
		require.NoError(b.t, err)
		return k
	}
	ikm := derive(shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(theirs), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		return w, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return w, err
	}
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil {
		return w, err
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return w, fmt.Errorf("no end of the last record")
	}
	err = json.Unmarshal(plain[:len(plain)-1], &w)
	return w, err
}

// signed checks «vapid t=…, k=…»: by the key the page told, for this service, for a day at most.
func (b *browser) signed(header string) error {
	var jwt, key string
	for _, part := range strings.FieldsFunc(strings.TrimPrefix(header, "vapid "), func(r rune) bool { return r == ',' || r == ' ' }) {
		if v, ok := strings.CutPrefix(part, "t="); ok {
			jwt = v
		}
		if v, ok := strings.CutPrefix(part, "k="); ok {
			key = v
		}
	}
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 || strings.TrimRight(key, "=") != strings.TrimRight(b.public, "=") {
		return fmt.Errorf("not signed by our key: %q", header)
	}
	point, err := raw64.DecodeString(strings.TrimRight(key, "="))
	if err != nil {
		return fmt.Errorf("no key: %w", err)
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return fmt.Errorf("no key: %w", err)
	}
	sig, err := raw64.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || len(sig) != 64 || !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return fmt.Errorf("the signature does not fit")
	}
	said, err := raw64.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var claims struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}
	if err := json.Unmarshal(said, &claims); err != nil {
		return err
	}
	if until := time.Unix(claims.Exp, 0).Sub(b.now()); claims.Aud != b.URL || until <= 0 || until > 24*time.Hour || claims.Sub == "" {
		return fmt.Errorf("claims %s", said)
	}
	return nil
}

// heard is what came since it was asked last; whatever was not as the standards say fails.
func (b *browser) heard() []notify.Word {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.wrong)
	out := b.words
	b.words = nil
	return out
}

func (b *browser) subscription() map[string]any {
	return map[string]any{"endpoint": b.URL + "/send/1", "p256dh": raw64.EncodeToString(b.key.PublicKey().Bytes()), "auth": raw64.EncodeToString(b.auth)}
}

// told makes the browser hear for a person.
func (h *house) told(by string, b *browser) int64 {
	h.t.Helper()
	b.now = clock.System{}.Now // the library signs by the machine's clock
	b.public, _ = h.ok(by, "GET", "/me/notifications", nil).get(h.t, "public_key").(string)
	return h.ok(by, "POST", "/me/notifications/devices", b.subscription()).id(h.t, "id")
}

func openToBrowsers(t *testing.T, b *browser) *house {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(b.Certificate())
	return open(t, func(c *app.Config) {
		c.Outbound = outbound.Rules{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: roots}
	})
}

func (h *house) wish(by string, kinds []string, quiet [2]int, breaks bool) {
	h.t.Helper()
	was := h.ok(by, "GET", "/me/notifications", nil).get(h.t, "wishes.version")
	h.ok(by, "PUT", "/me/notifications", map[string]any{"kinds": kinds, "quiet_from": quiet[0], "quiet_to": quiet[1], "breaks": breaks, "version": was})
}

// TestADeviceIsToldWhatItsPersonWishes: sealed for the device and signed by us as the
// standards say; of his own requests, of emergencies he sees, of comments of others; a word
// has the house and nothing of the resident, and opens the request.
func TestADeviceIsToldWhatItsPersonWishes(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	h.told("gusev", b)
	h.wish("gusev", []string{"mine", "comment"}, [2]int{0, 0}, true)
	member := h.one(`select member_id from company_users where company_id = 1 and user_id = $1`, h.user("gusev"))
	made := h.ticket(ours, "ВС-02") // his: plumbing
	require.Equal(t, member, made.ExecutorID)
	h.work()
	words := b.heard()
	require.Len(t, words, 1)
	require.Equal(t, fmt.Sprintf("Аварийная: № %d", made.Number), words[0].Title)
	require.Contains(t, words[0].Body, made.Address)
	require.NotContains(t, words[0].Body+words[0].Title, "900")
	require.Equal(t, fmt.Sprintf("/journal/%d", made.ID), words[0].URL)
	require.Equal(t, []string{"high"}, b.urgent)

	h.ok("gusev", "POST", fmt.Sprintf("/tickets/%d/comments", made.ID), map[string]any{"text": "еду"})
	h.work()
	require.Empty(t, b.heard(), "he knows what he wrote")
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/comments", made.ID), map[string]any{"text": "код домофона 12"})
	h.work()
	words = b.heard()
	require.Len(t, words, 1)
	require.NotContains(t, words[0].Body, "код домофона", "a comment is read behind the door")

	h.wish("gusev", []string{"mine"}, [2]int{0, 0}, true)
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/comments", made.ID), map[string]any{"text": "и ещё"})
	h.work()
	require.Empty(t, b.heard(), "comments are none of his wishes")
	h.wish("gusev", []string{"mine", "comment"}, [2]int{0, 0}, true)

	h.do(`update tickets set executor_id = null, responsible_id = null where id = $1`, made.ID)
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/comments", made.ID), map[string]any{"text": "ещё"})
	h.work()
	require.Empty(t, b.heard(), "it is his no more")

	h.wish("gusev", []string{}, [2]int{0, 0}, true)
	h.ticket(ours, "ВС-02")
	h.work()
	require.Empty(t, b.heard())
	require.Zero(t, h.one(`select count(*) from notify_keys where plain is not null`), "the key that signs us lies sealed")
}

// TestWhereNobodyListensNothingIsSpread: a job for each request of a company without a device
// would cost more than the request.
func TestWhereNobodyListensNothingIsSpread(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	h.ticket(ours, "ВС-02")
	spread := `select count(*) from river_job where kind = $1 and (args->'fact'->>'company_id')::bigint = $2`
	require.Zero(t, h.one(spread, notify.Spread{}.Kind(), ours))
	h.told("gusev", b)
	h.ticket(ours, "ВС-02")
	require.NotZero(t, h.one(spread, notify.Spread{}.Kind(), ours))
	h.ticket(2, "ВС-02")
	require.Zero(t, h.one(spread, notify.Spread{}.Kind(), int64(2)), "nobody listens there")
}

// TestADeviceIsNotToldOfWhatItsPersonMayNotSee: an emergency in a house that is not his; one
// that was his to see when the night began, and is not any more when it ends.
func TestADeviceIsNotToldOfWhatItsPersonMayNotSee(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	device := h.told("readonly", b)
	h.wish("readonly", []string{"emergency"}, [2]int{0, 0}, true)
	made := h.ticket(ours, "ВС-02")
	h.work()
	require.Len(t, b.heard(), 1, "it is in a house that he sees")
	late := notify.Push{DeviceID: device, About: notify.Emergency, TicketID: made.ID}
	must(t, h.app.Notify.Send(h.sys, late))
	require.Len(t, b.heard(), 1)

	other := h.one(`select min(id) from buildings where company_id = $1 and id <> (select building_id from tickets where id = $2)`, ours, made.ID)
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("readonly")), sees(line("part", nil, []int64{other}, nil)))
	h.ticket(ours, "ВС-02")
	h.work()
	require.Empty(t, b.heard(), "it is in a house that he does not see")
	must(t, h.app.Notify.Send(h.sys, late))
	require.Empty(t, b.heard(), "it was his to see, and is not any more")
}

// TestQuietHoursArePutOff: a word that comes at night is told when the night is over, by the
// company's clock; an emergency is told at once unless he said otherwise.
func TestQuietHoursArePutOff(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	h.told("gusev", b)
	made := h.ticket(ours, "ВС-02")
	h.work()
	b.heard()
	h.wish("gusev", []string{"emergency", "comment"}, [2]int{11 * 60, 13 * 60}, true) // noon is quiet
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/comments", made.ID), map[string]any{"text": "тихо"})
	h.ticket(ours, "ВС-02")
	h.work()
	words := b.heard()
	require.Len(t, words, 1)
	require.Contains(t, words[0].Title, "Аварийная")
	require.Equal(t, int64(1), h.one(`select count(*) from river_job where kind = 'notify.push' and state = 'scheduled' and scheduled_at = $1`, noon.Add(time.Hour)))
	h.wish("gusev", []string{"emergency"}, [2]int{11 * 60, 13 * 60}, false)
	h.ticket(ours, "ВС-02")
	h.work()
	require.Empty(t, b.heard())
}

// TestATermThatComesIsToldOnce: within the hour before it, however often it is looked at.
func TestATermThatComesIsToldOnce(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	h.told("gusev", b)
	h.wish("gusev", []string{"due"}, [2]int{0, 0}, true)
	made := h.ticket(ours, "ВС-02")
	for _, in := range []time.Duration{2 * time.Hour, 50 * time.Minute} {
		h.do(`update tickets set due_at = $2 where id = $1`, made.ID, noon.Add(in))
		must(t, h.app.Notify.Look(h.sys))
		must(t, h.app.Notify.Look(h.sys))
	}
	h.work()
	words := b.heard()
	require.Len(t, words, 1)
	require.Equal(t, fmt.Sprintf("Скоро срок: № %d", made.Number), words[0].Title)
}

// TestADeadDeviceIsForgotten is F57: the service says that it is gone; one who left hears no
// more; a device in other hands hears for them alone; nothing inside is asked (A11).
func TestADeadDeviceIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	id := h.told("gusev", b)
	try := func(by string, id int64) {
		h.ok(by, "POST", fmt.Sprintf("/me/notifications/devices/%d/test", id), nil)
		h.work()
	}
	try("gusev", id)
	require.Len(t, b.heard(), 1)
	require.NotNil(t, h.ok("gusev", "GET", "/me/notifications", nil).get(t, "devices.0.heard_at"))
	require.Equal(t, 404, h.as("foreman", "POST", fmt.Sprintf("/me/notifications/devices/%d/test", id), nil).status)
	require.Equal(t, 404, h.as("foreman", "DELETE", fmt.Sprintf("/me/notifications/devices/%d", id), nil).status)

	other := h.told("foreman", b)
	require.Empty(t, h.ok("gusev", "GET", "/me/notifications", nil).get(t, "devices"))
	b.status = http.StatusGone
	try("foreman", other)
	require.Zero(t, h.one(`select count(*) from notify_devices`))

	b.status = http.StatusCreated
	b.heard()
	again := h.told("foreman", b)
	h.ok("foreman", "POST", fmt.Sprintf("/me/notifications/devices/%d/test", again), nil)
	h.do(`update company_users set is_blocked = true where company_id = 1 and user_id = $1`, h.user("foreman"))
	h.work()
	require.Empty(t, b.heard())
	require.Zero(t, h.one(`select count(*) from notify_devices`))

	for _, inside := range []string{"https://10.0.0.1/x", "https://169.254.169.254/", "http://example.com/", "https://[::1]/"} {
		s := b.subscription()
		s["endpoint"] = inside
		h.fails("gusev", "POST", "/me/notifications/devices", s, 422, "notify.endpoint")
	}
	s := b.subscription()
	s["p256dh"] = "AAAA"
	h.fails("gusev", "POST", "/me/notifications/devices", s, 422, "notify.keys")
	h.fails("operator", "GET", "/me/notifications", nil, 403, "notify.company_only")
}

// TestThePairThatSignsUsIsMadeAtTheStart: of programs that start at once one makes it, another
// start changes nothing, and a question makes none.
func TestThePairThatSignsUsIsMadeAtTheStart(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(`delete from notify_keys`)
	h.fails("gusev", "GET", "/me/notifications", nil, 503, "notify.no_keys")
	require.Zero(t, h.one(`select count(*) from notify_keys`), "a GET changes nothing")
	var starts sync.WaitGroup
	for range 3 {
		starts.Go(func() { must(t, h.app.Notify.Prepare(h.sys)) })
	}
	starts.Wait()
	public := h.ok("gusev", "GET", "/me/notifications", nil).get(t, "public_key")
	must(t, h.app.Notify.Prepare(h.sys))
	require.Equal(t, public, h.ok("gusev", "GET", "/me/notifications", nil).get(t, "public_key"))
}
