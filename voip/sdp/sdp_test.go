package sdp

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
)

const offer = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n" +
	"m=audio 4000 RTP/AVP 18 0 8 97\r\na=rtpmap:97 telephone-event/8000\r\na=sendrecv\r\nm=video 5000 RTP/AVP 31\r\n"

func TestPickTakesTheOfferersOrderAndItsEventType(t *testing.T) {
	s, err := Parse([]byte(offer))
	require.NoError(t, err)
	c, ok := s.Pick()
	require.True(t, ok)
	require.Equal(t, Choice{Law: g711.MuLaw, DTMF: 97}, c)
	require.Equal(t, "10.0.0.1:4000", s.Addr.String())
}

func TestAnswerRefusesOtherMediaInOrder(t *testing.T) {
	s, err := Parse([]byte(offer))
	require.NoError(t, err)
	c, _ := s.Pick()
	got := string(Local{IP: "127.0.0.1", Port: 6000, ID: 7, Version: 2}.Answer(s, c, s.Direction.Answer()))
	require.Contains(t, got, "m=audio 6000 RTP/AVP 0 97\r\n")
	require.Contains(t, got, "m=video 0 RTP/AVP 31\r\n")
	back, err := Parse([]byte(got))
	require.NoError(t, err)
	require.Equal(t, SendRecv, back.Direction)
}

func TestHoldInItsForms(t *testing.T) {
	for text, want := range map[string]Direction{
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 8\r\na=sendonly\r\n":                            SendOnly,
		"v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 8\r\n":                                           SendOnly,
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n":        SendOnly,
		"v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 8\r\na=inactive\r\n":                             Inactive,
		"v=0\r\nc=IN IP4 10.0.0.1\r\na=inactive\r\nm=audio 4 RTP/AVP 8\r\n":                            Inactive,
		"v=0\r\nc=IN IP4 10.0.0.1\r\na=inactive\r\nm=audio 4 RTP/AVP 8\r\na=sendrecv\r\n":              SendRecv,
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 8\r\n":                                          SendRecv,
		"v=0\nc=IN IP4 10.0.0.1\nm=audio 4 RTP/AVP 8\nm=video 6 RTP/AVP 31\na=recvonly\n":              SendRecv,
		"v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4/2 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000/1\r\na=recvonly": RecvOnly,
	} {
		s, err := Parse([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, s.Direction, text)
		c, ok := s.Pick()
		require.True(t, ok, text)
		require.Equal(t, g711.ALaw, c.Law)
	}
	require.Equal(t, RecvOnly, SendOnly.Answer())
	require.Equal(t, SendOnly, RecvOnly.Answer())
	require.Equal(t, Inactive, Inactive.Answer())
}

func TestNothingInCommon(t *testing.T) {
	const head = "v=0\r\nc=IN IP4 10.0.0.1\r\n"
	for _, text := range []string{
		head + "m=audio 4 RTP/AVP 18\r\n",
		head + "m=audio 4 UDP/TLS 8\r\n",
		head + "m=audio 4 RTP/SAVP 8\r\n", // encrypted: not on trunks yet
		head + "m=audio 0 RTP/AVP 8\r\n",
		head + "m=audio 4 RTP/AVP 8\r\na=rtpmap:8 PCMA/16000\r\n",
		head + "m=audio 4 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
	} {
		s, err := Parse([]byte(text))
		require.NoError(t, err)
		_, ok := s.Pick()
		require.False(t, ok, text)
	}
	for _, text := range []string{
		"", "v=0\r\n", "v=0\r\nm=audio\r\n", "v=0\r\nc=IN IP4 nowhere\r\nm=audio 4 RTP/AVP 8\r\n", "m=audio 99999 RTP/AVP 8\r\n",
		"c=IN IP4\r\n" + "m=audio 4 RTP/AVP 8\r\n", "m=audio 4 RTP/AVP 8\r\n", head + "m=video 4 RTP/AVP 31\r\n",
		head + strings.Repeat("m=video 4 RTP/AVP 31\r\n", 30) + "m=audio 4 RTP/AVP 8\r\n",
	} {
		_, err := Parse([]byte(text))
		require.Error(t, err, text)
	}
}

// TestOffer is read by ourselves as a peer reads it.
func TestOffer(t *testing.T) {
	l := Local{IP: "2001:db8::7", Port: 6000, ID: math.MaxInt64, Version: math.MaxInt64}
	text := string(l.Offer())
	require.Contains(t, text, "o=- 9223372036854775807 9223372036854775807 IN IP6 2001:db8::7\r\n")
	s, err := Parse([]byte(text))
	require.NoError(t, err)
	require.Equal(t, []uint8{8, 0, 101}, s.Types)
	require.Equal(t, "[2001:db8::7]:6000", s.Addr.String())
	c, ok := s.Pick()
	require.True(t, ok)
	require.Equal(t, Choice{Law: g711.ALaw, DTMF: 101}, c)
	hold, err := Parse(Local{IP: "10.0.0.1", Port: 2, ID: 1, Version: 2}.Describe(c, SendOnly))
	require.NoError(t, err)
	require.Equal(t, SendOnly, hold.Direction)
	require.Equal(t, []uint8{8, 101}, hold.Types)
}

// TestABrowsersOffer has a proto and event types of its own.
func TestABrowsersOffer(t *testing.T) {
	s, err := Parse([]byte("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111 8 0 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n"))
	require.NoError(t, err)
	c, ok := s.Common()
	require.True(t, ok)
	require.Equal(t, Choice{Law: g711.ALaw, DTMF: 126}, c)
	_, ok = s.Pick()
	require.False(t, ok, "not for a trunk")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(offer))
	f.Add([]byte("m=audio 0 RTP/AVP 8\nc=IN IP4 1.1.1.1/127\na=rtpmap:300 X"))
	f.Add([]byte("v=0\r\nc=IN IP6 ::1\r\na=sendonly\r\nm=audio 4/2 RTP/AVP 97 0\r\na=rtpmap:97 telephone-event/8000\r\nm=image 5 udptl t38\r\nm=text"))
	f.Add(Local{IP: "10.0.0.1", Port: 2, ID: 1, Version: 1}.Offer())
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		c, ok := s.Pick()
		if !ok {
			return
		}
		if _, err := Parse(Local{IP: "127.0.0.1", Port: 2, ID: 1, Version: 1}.Answer(s, c, s.Direction.Answer())); err != nil {
			t.Fatalf("our own answer is not readable: %v\n%s", err, b)
		}
	})
}
