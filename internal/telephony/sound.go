package telephony

// Side is a party of a call whose sound is measured.
type Side string

// The sides of a call.
const (
	SideLine     Side = "line"     // the telephone that called us, or that we called
	SideOperator Side = "operator" // his browser or desk phone, while he was joined
	SideSecond   Side = "second"   // another phone it was joined to: a competent person's, the company's own
)

// Sides in the order in which they are shown.
var Sides = []Side{SideLine, SideOperator, SideSecond}

// Sound is what the sound of a side was like, by RTP and RTCP (RFC 3550).
type Sound struct {
	Side     Side     `json:"side"`
	Packets  int64    `json:"packets"`            // that came from there; 0: none was heard
	Loss     float64  `json:"loss"`               // percent of what was sent from there and did not come
	JitterMS float64  `json:"jitter_ms"`          // the mean
	FarLoss  *float64 `json:"far_loss,omitempty"` // percent of what we sent and did not come there, by its reports; nil: it sent none
	RTTMS    *float64 `json:"rtt_ms,omitempty"`   // the mean way there and back; nil: not measured
}

// Grade is a sound in a word.
type Grade string

// The grades, the best first.
const (
	SoundGood     Grade = "good"
	SoundMiddling Grade = "middling" // heard, with gaps or late
	SoundBad      Grade = "bad"      // words are lost
)

// From these figures on a sound is middling, and bad: G.711 without concealment (G.113
// appendix I), a jitter buffer's usual depth, and twice the one-way times of G.114. The
// browser's sign has the same (web/src/softphone/quality.ts).
const (
	lossMiddling, lossBad     = 1.0, 3.0 // percent
	jitterMiddling, jitterBad = 30.0, 60.0
	rttMiddling, rttBad       = 300.0, 800.0
)

// Grade is the worst of the figures.
func (s Sound) Grade() Grade {
	loss, rtt := s.Loss, 0.0
	if s.FarLoss != nil {
		loss = max(loss, *s.FarLoss)
	}
	if s.RTTMS != nil {
		rtt = *s.RTTMS
	}
	switch {
	case s.Packets == 0 || loss >= lossBad || s.JitterMS >= jitterBad || rtt >= rttBad:
		return SoundBad
	case loss >= lossMiddling || s.JitterMS >= jitterMiddling || rtt >= rttMiddling:
		return SoundMiddling
	}
	return SoundGood
}
