package notify

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
)

func TestTheServersOwnNetworkIsRefused(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.1.1.1",
		"240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
		"2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001::1",
	} {
		if (private{}).allows("", netip.MustParseAddr(address)) {
			t.Errorf("%s is allowed", address)
		}
	}
	for _, address := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"} {
		if !(private{}).allows("", netip.MustParseAddr(address)) {
			t.Errorf("%s is refused", address)
		}
	}
}

func TestWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		setting, host, address string
		want                   bool
	}{
		{"10.0.0.0/8", "a", "10.1.1.1", true}, {"10.0.0.0/8", "a", "::ffff:10.1.1.1", true}, {"10.0.0.0/8", "a", "11.1.1.1", true},
		{"10.0.0.0/8", "a", "192.168.1.1", false}, {"10.1.1.1", "a", "10.1.1.1", true}, {"10.1.1.1", "a", "10.1.1.2", false},
		{"::1", "a", "::1", true}, {"fd00::/8", "a", "fd12::1", true}, {"Chat.Internal", "chat.internal.", "10.1.1.1", true},
		{"chat.internal", "other.internal", "10.1.1.1", false}, {"*", "a", "169.254.169.254", true},
	} {
		if have := readPrivate([]string{c.setting}).allows(c.host, netip.MustParseAddr(c.address)); have != c.want {
			t.Errorf("%s for %s at %s: %v", c.setting, c.host, c.address, have)
		}
	}
}

// TestANameIsLookedAtOnceItIsResolved: a name of the loopback is refused like its
// address, also one that the settings allow when the block refuses.
func TestANameIsLookedAtOnceItIsResolved(t *testing.T) {
	address, got := receive(t, ok)
	port := netip.MustParseAddrPort(address[len("http://"):]).Port()
	named := "http://localhost:" + netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()[len("0.0.0.0:"):]
	none := New(Options{Clock: clock.NewManual(now)})
	for name, try := range map[string]struct {
		s *Sender
		b Block
	}{
		"by address":         {none, block("webhook", map[string]any{"url": address})},
		"by name":            {none, block("webhook", map[string]any{"url": named})},
		"the block refuses":  {tester(), block("webhook", map[string]any{"url": address, "allow_private_urls": false})},
		"a name that is not": {New(Options{Clock: clock.NewManual(now), Private: []string{"other"}}), block("webhook", map[string]any{"url": named})},
	} {
		_, err := try.s.Webhook(context.Background(), try.b, "x", "k")
		var f *Failure
		if !errors.As(err, &f) || !f.Final || f.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all := got(); len(all) != 0 {
		t.Errorf("%d requests arrived", len(all))
	}
	allowed := New(Options{Clock: clock.NewManual(now), Private: []string{"localhost"}})
	if _, err := allowed.Webhook(context.Background(), block("webhook", map[string]any{"url": named}), "x", "k"); err != nil {
		t.Errorf("a name that is allowed: %v", err)
	}
}
