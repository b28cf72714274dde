package notify

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// private are the addresses of the server's own network that may be reached.
type private struct {
	all      bool
	networks []netip.Prefix
	hosts    []string
}

// readPrivate reads networks, addresses, names of hosts and "*"; all else is a name.
func readPrivate(texts []string) private {
	var p private
	for _, text := range texts {
		if text == "*" {
			p.all = true
		} else if network, err := netip.ParsePrefix(text); err == nil {
			p.networks = append(p.networks, network.Masked())
		} else if address, err := netip.ParseAddr(text); err == nil {
			p.networks = append(p.networks, netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen()))
		} else {
			p.hosts = append(p.hosts, hostName(text))
		}
	}
	return p
}

// hostName is a name as names are compared.
func hostName(text string) string { return strings.ToLower(strings.TrimSuffix(text, ".")) }

// allows reports whether a connection to an address may be made in answer to a host
// of a block.
func (p private) allows(host string, address netip.Addr) bool {
	address = plain(address)
	return public(address) || p.all || slices.Contains(p.hosts, hostName(host)) ||
		slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(address) })
}

// own are networks that are not the public internet, beyond those that netip names:
// RFC 6890 and its successors.
var own = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by carriers
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast
	netip.MustParsePrefix("fec0::/10"),       // site-local
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64 of a network's own
	netip.MustParsePrefix("2001::/32"),       // Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("100::/64"),        // discarded
}

// public reports whether an address in its plain form is on the public internet.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() &&
		!slices.ContainsFunc(own, func(n netip.Prefix) bool { return n.Contains(a) })
}

var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
	embedded  = netip.MustParsePrefix("::/96")
)

// plain is the IPv4 address that an IPv6 address stands for (mapped, compatible, of
// NAT64 or 6to4), else the address, without a zone.
func plain(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a), embedded.Contains(a) && a != netip.IPv6Loopback() && !a.IsUnspecified():
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// connector makes a connection to an address ("host:port"). strict refuses the
// server's own network though the settings allow it.
type connector func(ctx context.Context, address string, strict bool) (net.Conn, error)

// dial connects. Each address that is tried is looked at once the name has been
// resolved, so that no name, redirect or second answer of a DNS server gets around.
func (s *Sender) dial(ctx context.Context, address string, strict bool) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	allowed := s.private
	if strict {
		allowed = private{}
	}
	d := net.Dialer{Resolver: s.resolver, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allowed.allows(host, to.Addr()) {
			return &refused{host, to.Addr().String(), strict}
		}
		return nil
	}}
	return d.DialContext(ctx, "tcp", address)
}
