package sip_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// A telephone of sipp that leads its caller on. ours is the address of the stack.
func sippRefer(ours string) string {
	return fmt.Sprintf("<send retrans=\"500\"><![CDATA[\nREFER sip:d24@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"+
		"From: <sip:1@[local_ip]:[local_port]>;tag=[pid]T[call_number]\nTo:[$1]\n[last_Call-ID:]\nCSeq: 7 REFER\nContact: <sip:[local_ip]:[local_port]>\nMax-Forwards: 70\n"+
		"Refer-To: <sip:1@%s>\nContent-Length: 0\n\n]]></send>\n<recv response=\"202\"/>\n", ours)
}

// sippNotified wants a NOTIFY whose body names a code.
func sippNotified(code int) string {
	return fmt.Sprintf("<recv request=\"NOTIFY\" timeout=\"20000\"><action><ereg regexp=\"SIP/2.0 %d\" search_in=\"body\" check_it=\"true\" assign_to=\"2\"/></action></recv>\n<Reference variables=\"2\"/>\n", code)
}

// TestATelephoneHearsOfItsTransferBeforeTheBye: a strict one that has our BYE first takes the
// transfer for failed. The owner says how it went and hangs up in one breath; the telephone takes
// its time over each NOTIFY, or never answers one.
func TestATelephoneHearsOfItsTransferBeforeTheBye(t *testing.T) {
	t.Parallel()
	slowly := sippPause(400) + sippOK
	for i, tt := range []struct{ name, steps string }{
		{"it answers slowly", sippNotified(100) + slowly + sippNotified(200) + slowly + sippBye + sippOK},
		{"it never answers", "<label id=\"8\"/>\n<recv request=\"NOTIFY\" optional=\"true\" next=\"8\"/>\n" + sippBye + sippOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			us, them := fmt.Sprintf("127.0.7.%d", 180+2*i), fmt.Sprintf("127.0.7.%d", 181+2*i)
			a := stack(t, us, sip.Config{}, them)
			p := startSipp(t, them, "", "", sippInviteFrom, sippSend(200, "", true)+sippAck+sippPause(300)+sippRefer(a.Addr().String()), tt.steps)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			l, de := a.Dial(ctx, sip.Target{User: "1", Host: p.addr, From: "2", Silence: 15 * time.Second})
			require.Nil(t, de)
			asked := make(chan string, 1)
			l.OnRefer(func(r *sip.Referral) {
				r.Accept()
				r.Told(200, "OK")
				l.Hangup()
				asked <- r.To
			})
			require.Equal(t, "1", get(t, asked))
			began := time.Now()
			p.ok()
			require.Less(t, time.Since(began), 5*time.Second, "two seconds are the bound")
			eventually(t, "nothing is left", func() bool { return a.Live() == 0 })
		})
	}
}
