package app_test

import (
	"context"
	"encoding/base32"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/seed"
)

// factored gives a login a second factor, and returns its key as the page shows it.
func (h *house) factored(login string) (key string, codes []string) {
	h.t.Helper()
	key, _ = h.ok(login, "POST", "/me/totp", map[string]any{"password": login}).get(h.t, "secret").(string)
	done := h.ok(login, "POST", "/me/totp/confirm", map[string]any{"code": code(h.t, key, h.clock.Now())})
	var out struct{ Codes []string }
	done.into(h.t, &out)
	delete(h.tokens, login)
	return key, out.Codes
}

// comesIn signs in by a code of the key, half a minute later than before.
func (h *house) comesIn(login, key string) answer {
	h.t.Helper()
	h.clock.Set(h.clock.Now().Add(30 * time.Second))
	a, _, _ := h.enter(map[string]any{"login": login, "password": login, "code": code(h.t, key, h.clock.Now())}, "")
	return a
}

func (h *house) sql(q string, args ...any) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error { _, err := tx.Exec(h.sys, q, args...); return err }))
}

func (h *house) seal(want int) {
	h.t.Helper()
	n, err := h.app.SealSecrets(context.Background())
	require.NoError(h.t, err)
	require.Equal(h.t, want, n)
}

// TestSecondFactorsLieSealed: what a copy of the database holds of a second factor, on
// every step of an upgrade and of a change of keys.
func TestSecondFactorsLieSealed(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, _ := h.factored("foreman")
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	require.NoError(t, err)
	inClear := func() bool {
		return h.one(`select count(*) from user_totp t where strpos(to_jsonb(t)::text, $1) > 0`, hex.EncodeToString(raw)) > 0
	}
	require.Equal(t, int64(1), h.one(`select count(*) from user_totp where sealed is not null`))
	require.True(t, inClear(), "for a day the version before reads it too")
	require.Equal(t, 200, h.comesIn("foreman", key).status)
	h.clock.Set(h.clock.Now().Add(secret.Beside))
	h.seal(3) // and two trunks
	require.False(t, inClear())
	require.Equal(t, 200, h.comesIn("foreman", key).status)

	h.factored("gusev")
	require.Equal(t, int64(0), h.one(`select count(*) from user_totp where blanked_at is null`), "the upgrade is over: a new one never lies in the clear")

	h.sql(`update user_totp set secret = $1 where user_id = (select id from users where login = 'foreman')`, []byte("98765432109876543210")) // the version before
	other := base32.StdEncoding.EncodeToString([]byte("98765432109876543210"))
	require.Equal(t, 200, h.comesIn("foreman", other).status, "the last word is what was written last")
	h.seal(1)
	require.Equal(t, 200, h.comesIn("foreman", other).status)

	h.sql(`update user_totp t set sealed = (select sealed from user_totp where user_id <> t.user_id limit 1) where user_id = (select id from users where login = 'gusev')`)
	a := h.comesIn("gusev", other)
	require.Equal(t, "totp.sealed", a.get(t, "code"), "another's second factor put into my row opens nothing")
}

// TestKeysAreChanged: after a rotation everything is sealed by the new key alone.
func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(`delete from notify_keys`) // made at the start by a ring of its own here; in the program there is one
	key, codes := h.factored("foreman")
	h.seal(2)
	old := h.app.Accounts.Keys
	next, err := old.Rotated()
	require.NoError(t, err)
	h.app.Accounts.Keys, h.app.Companies.Keys = next, next
	h.seal(3)
	h.seal(0)
	used, err := app.SealedBy(t.Context(), h.app.DB)
	require.NoError(t, err)
	require.Equal(t, next.IDs()[:1], used)
	require.Equal(t, 200, h.comesIn("foreman", key).status)

	h.app.Accounts.Keys = old // the new key is lost
	require.Equal(t, "totp.sealed", h.comesIn("foreman", key).get(t, "code"))
	b, _, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman", "code": codes[0]}, "")
	require.Equal(t, 200, b.status, "recovery codes do without it")
	_, err = h.app.SealSecrets(t.Context())
	require.ErrorIs(t, err, secret.ErrNoKey)
}

// TestPasswordsOfTrunksLieSealed: the engine is given them, a copy of the database is not.
func TestPasswordsOfTrunksLieSealed(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := access.AsSystem(t.Context(), "engine")
	given := func() (out []string) {
		all, err := h.app.Companies.Trunks(ctx)
		require.NoError(t, err)
		for _, x := range all {
			out = append(out, x.Password)
		}
		return out
	}
	want := []string{seed.PasswordX, seed.PasswordY}
	require.Equal(t, want, given())
	h.seal(2)
	require.Equal(t, want, given())
	require.Equal(t, int64(2), h.one(`select count(*) from trunks where auth_password <> ''`), "the version before reads it for a day")
	h.clock.Set(h.clock.Now().Add(secret.Beside))
	h.seal(2)
	h.seal(0)
	require.Equal(t, int64(0), h.one(`select count(*) from trunks where auth_password <> ''`))
	require.Equal(t, want, given())
	h.sql(`update trunks set auth_password = 'новый' where priority = 0`)
	require.Equal(t, []string{"новый", seed.PasswordY}, given())
	h.seal(1)
	require.Equal(t, []string{"новый", seed.PasswordY}, given())
}
