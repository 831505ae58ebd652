package sip_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/test/foreign"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/tone"
)

// authority makes a certificate for a host, its PEM with the key, who signed it, and its pin.
func authority(t *testing.T, host string) (cert tls.Certificate, file string, roots *x509.CertPool, pin string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if ip := net.ParseIP(host); ip != nil {
		tmpl.IPAddresses = []net.IP{ip}
	} else {
		tmpl.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	require.NoError(t, err)
	text, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	c, k := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})
	cert, err = tls.X509KeyPair(c, k)
	require.NoError(t, err)
	roots = x509.NewCertPool()
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots.AddCert(leaf)
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	file = filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(file, append(c, k...), 0o600))
	return cert, file, roots, hex.EncodeToString(sum[:])
}

// overTLS is a target of a stack that listens for TLS.
func overTLS(s *sip.Stack) sip.Target {
	to := target(s, "79000000002")
	to.Transport, to.SRTP = "tls", sip.SRTPRequired
	to.Dest = netip.AddrPortFrom(s.Addr().Addr(), s.Addr().Port()+1).String()
	return to
}

func TestACallOverTLSWithSealedSound(t *testing.T) {
	cert, _, roots, pin := authority(t, "127.0.7.81")
	pacer := media.NewPacer()
	defer pacer.Close()
	legs := make(chan *sip.Leg, 1)
	b := stack(t, "127.0.7.81", sip.Config{
		Certificate: func() (*tls.Certificate, error) { return &cert, nil },
		OnInvite:    func(l *sip.Leg) { _ = l.Answer(); legs <- l },
	}, "127.0.7.80")
	trust := &sip.Trust{}
	a := stack(t, "127.0.7.80", sip.Config{TLS: trust}, "127.0.7.81")
	for name, p := range map[string]sip.TLSPeer{"by the authority": {Roots: roots}, "by the pin": {Pin: pin}} {
		t.Run(name, func(t *testing.T) {
			p.Host = "127.0.7.81"
			trust.Set([]sip.TLSPeer{p})
			out, de := a.Dial(t.Context(), overTLS(b))
			require.Nil(t, de)
			in := get(t, legs)
			require.True(t, out.Sealed() && in.Sealed())
			heardOut, heardIn := keep(out.Media()), keep(in.Media())
			_, _ = pacer.Start(in.Media(), media.Tone(440, time.Second), true)
			_, _ = pacer.Start(out.Media(), media.Tone(700, time.Second), true)
			eventually(t, "both hear the other", func() bool { return tone.Heard(heardOut(), 440) && tone.Heard(heardIn(), 700) })
			in.Hangup() // over the connection that the other has opened
			require.Equal(t, sip.Them, out.End().By)
		})
	}
	require.WithinDuration(t, time.Now().Add(time.Hour), trust.Ends("127.0.7.81"), time.Minute, "F81: when it ends is known")
}

func TestAStrangerIsNoProviderOverTLS(t *testing.T) {
	cert, _, roots, _ := authority(t, "127.0.7.83")
	_, _, others, otherPin := authority(t, "127.0.7.83")
	b := stack(t, "127.0.7.83", sip.Config{
		Certificate: func() (*tls.Certificate, error) { return &cert, nil },
		OnInvite:    func(l *sip.Leg) { _ = l.Answer() },
	}, "127.0.7.82")
	for name, p := range map[string]sip.TLSPeer{
		"another authority": {Host: "127.0.7.83", Roots: others}, "another key": {Host: "127.0.7.83", Pin: otherPin},
		"another name": {Host: "127.0.7.99", Roots: roots}, "the system's authorities": {Host: "127.0.7.83"},
	} {
		t.Run(name, func(t *testing.T) {
			trust := &sip.Trust{}
			trust.Set([]sip.TLSPeer{p})
			a := stack(t, "127.0.7.82", sip.Config{TLS: trust}, "127.0.7.83")
			_, de := a.Dial(t.Context(), overTLS(b))
			require.NotNil(t, de)
			require.True(t, de.Unsent, "%v", de)
		})
	}
}

// TestHowKeysAreAgreed: what one side demands and the other cannot is refused, never
// spoken in the clear.
func TestHowKeysAreAgreed(t *testing.T) {
	for _, tt := range []struct {
		ours, theirs sip.SRTP
		code         int
		sealed       bool
	}{
		{sip.SRTPOff, sip.SRTPOff, 0, false},
		{sip.SRTPOff, sip.SRTPOptional, 0, false},
		{sip.SRTPOff, sip.SRTPRequired, 488, false},
		{sip.SRTPOptional, sip.SRTPOff, 0, false},
		{sip.SRTPOptional, sip.SRTPOptional, 0, true},
		{sip.SRTPOptional, sip.SRTPRequired, 0, true},
		{sip.SRTPRequired, sip.SRTPOff, 488, false},
		{sip.SRTPRequired, sip.SRTPOptional, 0, true},
		{sip.SRTPRequired, sip.SRTPRequired, 0, true},
	} {
		t.Run(string(tt.ours)+" to "+string(tt.theirs), func(t *testing.T) {
			legs := make(chan *sip.Leg, 1)
			b := stack(t, "127.0.7.85", sip.Config{
				SRTP:     func(string, string) sip.SRTP { return tt.theirs },
				OnInvite: func(l *sip.Leg) { legs <- l; _ = l.Answer() },
			}, "127.0.7.84")
			a := stack(t, "127.0.7.84", sip.Config{}, "127.0.7.85")
			to := target(b, "79000000002")
			to.SRTP = tt.ours
			l, de := a.Dial(t.Context(), to)
			if tt.code != 0 {
				require.NotNil(t, de)
				require.Equal(t, tt.code, de.Code)
				return
			}
			require.Nil(t, de)
			require.Equal(t, tt.sealed, l.Sealed())
			l.Hangup()
			get(t, legs).End()
		})
	}
}

// TestSealedSoundIsUnreadableOnTheWire: a provider written by hand gets no packet that is
// the plain one, and forged packets of the clear are not heard.
func TestSealedSoundIsUnreadableOnTheWire(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.86")
	sound, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP("127.0.7.86")})
	require.NoError(t, err)
	defer sound.Close()
	a := stack(t, "127.0.7.87", sip.Config{}, "127.0.7.86")
	to := p.target()
	to.SRTP = sip.SRTPRequired
	done := dialling(context.Background(), a, to)
	inv := p.request(lib.INVITE)
	offer := string(inv.Body())
	require.Contains(t, offer, "RTP/SAVP 8")
	require.Contains(t, offer, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:")
	answer := strings.ReplaceAll(strings.ReplaceAll(p.sdp("sendrecv"), "RTP/AVP", "RTP/SAVP"), "40000", fmt.Sprint(sound.LocalAddr().(*net.UDPAddr).Port)) +
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
	p.answer(inv, 200, answer)
	p.request(lib.ACK)
	leg := get(t, done).leg
	require.NotNil(t, leg)
	heard := keep(leg.Media())
	frame := bytes.Repeat([]byte{0xd5}, 160)
	leg.Media().Play(frame)
	buf := make([]byte, 2000)
	require.NoError(t, sound.SetReadDeadline(time.Now().Add(10*time.Second)))
	n, from, err := sound.ReadFromUDPAddrPort(buf)
	require.NoError(t, err)
	require.Equal(t, 12+160+10, n, "a seal of 80 bits")
	require.NotContains(t, string(buf[:n]), string(frame[:16]))
	plain := append([]byte{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}, frame...)
	_, err = sound.WriteToUDPAddrPort(plain, from)
	require.NoError(t, err)
	eventually(t, "it is thrown away", func() bool { return leg.Stats().Foreign > 0 })
	require.Empty(t, heard())
	leg.Hangup()
}

// TestBaresipOverTLSWithSRTP: a telephone that we did not write, over TLS, its sound sealed.
func TestBaresipOverTLSWithSRTP(t *testing.T) {
	t.Parallel()
	const ip = "127.0.7.88"
	_, file, roots, _ := authority(t, ip)
	phone := foreign.StartBaresip(t, foreign.Account{IP: ip, User: "phone", Answer: "auto", Voice: 700, Certificate: file})
	eventually(t, "it listens for TLS", func() bool { return foreign.Taken("tcp", phone.TLS()) })
	trust := &sip.Trust{}
	trust.Set([]sip.TLSPeer{{Host: ip, Roots: roots}})
	a := stack(t, "127.0.7.89", sip.Config{TLS: trust}, ip)
	leg, de := a.Dial(t.Context(), sip.Target{User: "phone", Host: phone.TLS(), Dest: phone.TLS(), Transport: "tls", From: "79000000001", SRTP: sip.SRTPRequired})
	require.Nil(t, de, "%v", de)
	require.True(t, leg.Sealed())
	pacer := media.NewPacer()
	defer pacer.Close()
	heard := keep(leg.Media())
	_, _ = pacer.Start(leg.Media(), media.Tone(440, time.Second), true)
	eventually(t, "we hear baresip", func() bool { return tone.Heard(heard(), 700) })
	eventually(t, "baresip hears us", func() bool { return phone.Hears(440) })
	leg.Hangup()
}
