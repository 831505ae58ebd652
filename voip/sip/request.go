package sip

import (
	"context"
	"errors"
	"fmt"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// login proves who we are when a peer asks.
type login struct{ user, password string }

// proofsAllowed bounds answers to challenges: a nonce may be stale once.
const proofsAllowed = 2

// ErrNoAnswer means that a request was never answered.
var ErrNoAnswer = errors.New("sip: no answer")

// Do sends a request made by Request and returns its final response. A challenge
// is answered with the credentials, when given; the request can then be sent
// again (its CSeq grows, its proof stays until the peer asks anew).
func (s *Stack) Do(ctx context.Context, req *sip.Request, user, password string) (*sip.Response, error) {
	return s.do(ctx, req, login{user, password})
}

func (s *Stack) do(ctx context.Context, req *sip.Request, l login) (*sip.Response, error) {
	for proofs := 0; ; proofs++ {
		res, err := s.once(ctx, req)
		if err != nil {
			return nil, err
		}
		if l.password == "" || proofs == proofsAllowed || !challenge(res) {
			return res, nil
		}
		if err := l.prove(req, res); err != nil {
			return nil, err
		}
	}
}

// once sends a request and waits for its final response.
func (s *Stack) once(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := s.send(ctx, req)
	if err != nil {
		return nil, err
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if res.StatusCode >= 200 {
				return res, nil
			}
		case <-tx.Done():
			return nil, fmt.Errorf("%w: %w", ErrNoAnswer, tx.Err())
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		}
	}
}

func challenge(res *sip.Response) bool {
	return res.StatusCode == 401 && res.GetHeader("WWW-Authenticate") != nil ||
		res.StatusCode == 407 && res.GetHeader("Proxy-Authenticate") != nil
}

// prove makes req the next attempt, with the proof that res asks for.
func (l login) prove(req *sip.Request, res *sip.Response) error {
	asked, given := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		asked, given = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var ch *digest.Challenge
	err := errors.New("sip: no challenge we can answer")
	for _, h := range res.GetHeaders(asked) { // the first scheme we can do
		c, e := digest.ParseChallenge(h.Value())
		if e == nil {
			c.Algorithm = sip.ASCIIToUpper(c.Algorithm)
			if digest.CanDigest(c) {
				ch = c
				break
			}
			continue
		}
		err = e
	}
	if ch == nil {
		return err
	}
	cred, err := digest.Digest(ch, digest.Options{Method: req.Method.String(), URI: req.Recipient.Addr(), Username: l.user, Password: l.password})
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	for req.RemoveHeader(given) {
	}
	req.AppendHeader(sip.NewHeader(given, cred.String()))
	Again(req)
	return nil
}

// Again readies a request for being sent once more: a new number, a new branch.
func Again(req *sip.Request) {
	req.CSeq().SeqNo++
	for req.RemoveHeader("Via") {
	}
}

func (c *caller) challenged(res *sip.Response) bool {
	return c.l.auth.password != "" && c.proofs < proofsAllowed && challenge(res) && !c.cancelled
}

// prove sends the INVITE again with the proof the peer asked for.
func (c *caller) prove(ctx context.Context, res *sip.Response) *DialError {
	c.proofs++
	next := c.req.Clone() // the refused one still belongs to its transaction
	if err := c.l.auth.prove(next, res); err != nil {
		return &DialError{Code: res.StatusCode, Text: err.Error()}
	}
	next.SetDestination(c.req.MessageData.Destination())
	c.req = next
	c.l.invite = next
	return c.invite(ctx)
}
