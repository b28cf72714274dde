package access

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Pages says from which web pages a browser may call a server that asks for no
// password. Whatever site a person looks at can have the browser call addresses
// that only the browser reaches; so a call must come from a page of the server
// itself, of this machine (loopback), or of an origin that was named.
//
// A site may also give its own name the server's address (DNS rebinding), which
// makes its pages the server's own; so the name by which a browser calls must be
// one that no stranger owns: an address, a name without a dot or of a private
// zone, or a name that was given. Programs may use any name, except over the
// loopback, where only this machine's browsers and proxies are.
type Pages struct {
	// Origins are allowed in any case: "https://ui.example.com", "*" for all.
	Origins []string
	// Hosts are the names under which the server is reached, without ports.
	Hosts []string
}

// Refusal says why a request is refused, with the next step; "" lets it pass.
func (p Pages) Refusal(r *http.Request) string {
	if slices.Contains(p.Origins, "*") {
		return ""
	}
	if host := hostname(r.Host); (fromBrowser(r) || overLoopback(r)) && !p.knows(host) {
		return fmt.Sprintf("No password is set, and %.100q is no known name of this server. "+
			"Name it in REEVE_ALLOW_HOSTS, or set a password (PREFECT_SERVER_API_AUTH_STRING).", host)
	}
	for _, origin := range r.Header.Values("Origin") {
		if !p.allows(origin, r) {
			return fmt.Sprintf("No password is set, so pages of other sites may not call, and %.100q is one. "+
				"Name it in PREFECT_SERVER_CORS_ALLOWED_ORIGINS, or set a password (PREFECT_SERVER_API_AUTH_STRING).", origin)
		}
	}
	if r.Header.Get("Origin") == "" && p.crossSite(r) {
		return "No password is set, so pages of other sites may not call. Set a password (PREFECT_SERVER_API_AUTH_STRING)."
	}
	return ""
}

// fromBrowser reports whether a request may come from a page. Browsers send an
// Accept-Language that a page can change but not leave out; no client of the
// contract sends one. The others come with most requests.
func fromBrowser(r *http.Request) bool {
	for _, name := range []string{"Accept-Language", "Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// overLoopback reports whether the connection came in at a loopback address.
func overLoopback(r *http.Request) bool {
	tcp, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// allows reports whether pages of an origin may make this request.
func (p Pages) allows(origin string, r *http.Request) bool {
	if slices.ContainsFunc(p.Origins, func(o string) bool { return strings.EqualFold(strings.TrimSpace(o), origin) }) {
		return true
	}
	from, err := url.Parse(origin)
	if err != nil || from.Host == "" || from.Scheme != "http" && from.Scheme != "https" {
		return false // also "null", the origin of pages that have none
	}
	if isLoopback(hostname(from.Host)) || r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	// A page cannot set X-Forwarded-Host without asking first, which has no such header.
	for _, host := range append(r.Header.Values("X-Forwarded-Host"), r.Host) {
		if strings.EqualFold(withoutPort(from.Host), withoutPort(strings.TrimSpace(host))) {
			return true
		}
	}
	return false
}

// crossSite judges a request without an origin: another site's page may lead a
// browser here, but no more. What it loads as a part of itself it could not read.
func (p Pages) crossSite(r *http.Request) bool {
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "":
		from, err := url.Parse(r.Referer())
		return !safe && r.Referer() != "" && (err != nil || !p.allows(from.Scheme+"://"+from.Host, r))
	case "same-origin", "none":
		return false
	case "same-site":
		return !safe
	}
	return !safe || r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// privateZones end names that nobody can register.
var privateZones = []string{".localhost", ".internal", ".local", ".flycast", ".home.arpa", ".svc", ".test"}

// knows reports whether a name is this server's, or cannot be a stranger's.
func (p Pages) knows(host string) bool {
	if host == "" || isLoopback(host) || !strings.Contains(host, ".") {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return slices.ContainsFunc(privateZones, func(zone string) bool { return strings.HasSuffix(host, zone) }) ||
		slices.ContainsFunc(p.Hosts, func(name string) bool { return strings.EqualFold(hostname(name), host) })
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// hostname is the name of "name:port", in lower case, without brackets and the
// dot at its end.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// withoutPort leaves the ports out that a browser does not write.
func withoutPort(host string) string {
	return strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")
}
