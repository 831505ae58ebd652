package sdp

import (
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
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 8\r\na=sendonly\r\n": SendOnly,
		"v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 8\r\n":                SendOnly,
		"v=0\r\nc=IN IP4 10.0.0.1\r\na=inactive\r\nm=audio 4 RTP/AVP 8\r\n": Inactive,
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 8\r\n":               SendRecv,
	} {
		s, err := Parse([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want, s.Direction, text)
	}
}

func TestNothingInCommon(t *testing.T) {
	for _, text := range []string{
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 RTP/AVP 18\r\n",
		"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4 UDP/TLS 8\r\n",
	} {
		s, err := Parse([]byte(text))
		require.NoError(t, err)
		_, ok := s.Pick()
		require.False(t, ok, text)
	}
	for _, text := range []string{"", "v=0\r\n", "v=0\r\nm=audio\r\n", "v=0\r\nc=IN IP4 nowhere\r\nm=audio 4 RTP/AVP 8\r\n", "m=audio 99999 RTP/AVP 8\r\n"} {
		_, err := Parse([]byte(text))
		require.Error(t, err, text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(offer))
	f.Add([]byte("m=audio 0 RTP/AVP 8\nc=IN IP4 1.1.1.1/127\na=rtpmap:300 X"))
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
