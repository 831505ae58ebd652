package calllogapi

import (
	"encoding/json"

	"d24/internal/calllog"
	"d24/internal/telephony"
)

// CallSound is what the sound of one side of a call was like (RFC 3550).
type CallSound struct {
	Side     string   `json:"side" enum:"line,operator,second" doc:"the telephone; the operator; another phone it was joined to"`
	Grade    string   `json:"grade" enum:"good,middling,bad"`
	Heard    bool     `json:"heard" doc:"false: no sound came from there"`
	Loss     float64  `json:"loss" doc:"percent of what was sent from there and did not come"`
	JitterMS float64  `json:"jitter_ms" doc:"the mean"`
	FarLoss  *float64 `json:"far_loss" doc:"percent of what we sent and did not come there; null: it does not tell"`
	RTTMS    *float64 `json:"rtt_ms" doc:"the mean way there and back; null: not measured"`
}

// sounds are told at the end of a call; of calls before it was measured nothing is known.
func sounds(fs []calllog.Fact) []CallSound {
	out := []CallSound{}
	for _, f := range fs {
		var r telephony.Report
		if f.Kind != string(telephony.CallEnded) || json.Unmarshal(f.Data, &r) != nil {
			continue
		}
		for _, s := range r.Sound {
			out = append(out, CallSound{string(s.Side), string(s.Grade()), s.Packets > 0, s.Loss, s.JitterMS, s.FarLoss, s.RTTMS})
		}
	}
	return out
}
