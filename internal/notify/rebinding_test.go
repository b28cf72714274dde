package notify

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/reevehq/reeve/internal/clock"
)

// names answers questions about names over UDP, each time with the next of the
// addresses, and the last for ever.
func names(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	var asked atomic.Int32
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(packet)
			if err != nil {
				return
			}
			var question dnsmessage.Message
			if question.Unpack(packet[:n]) != nil || len(question.Questions) != 1 {
				continue
			}
			answer := dnsmessage.Message{Header: dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true}, Questions: question.Questions}
			if q := question.Questions[0]; q.Type == dnsmessage.TypeA {
				address := netip.MustParseAddr(addresses[min(int(asked.Add(1)), len(addresses))-1])
				answer.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}, Body: &dnsmessage.AResource{A: address.As4()}}}
			}
			if text, err := answer.Pack(); err == nil {
				_, _ = socket.WriteTo(text, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

// TestANameThatComesToPointInside: a name is not looked up, found harmless, and looked
// up again: what is checked is the address of the connection.
func TestANameThatComesToPointInside(t *testing.T) {
	address, got := receive(t, ok)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for name, addresses := range map[string][]string{
		"at once":           {"127.0.0.1"},
		"a metadata server": {"169.254.169.254"},
		"the second time":   {"10.255.255.1", "127.0.0.1"},
	} {
		s := New(Options{Clock: clock.NewManual(now)})
		s.resolver = names(t, addresses...)
		for range len(addresses) {
			_, err := s.Webhook(context.Background(), block("webhook", map[string]any{"url": "http://rebind.example:" + port}), "x", "k")
			if f := asFailure(err); f == nil || !f.Final || !strings.Contains(f.Sentence, "rebind.example is ") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if len(got()) != 0 {
		t.Error("a request arrived")
	}
	s := tester()
	s.resolver = names(t, "127.0.0.1")
	if _, err := s.Webhook(context.Background(), block("webhook", map[string]any{"url": "http://rebind.example:" + port}), "x", "k"); err != nil || len(got()) != 1 {
		t.Errorf("where it is allowed: %v", err)
	}
}
