package access

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPassword(t *testing.T) {
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	p := NewPassword("admin:pass")
	for header, want := range map[string]bool{basic("admin:pass"): true, "": false, basic("admin:pas"): false, basic("admin:pass2"): false,
		"Bearer " + basic("admin:pass")[6:]: false, "Basic %%": false, basic("admin:pass") + " x": false, "Basic": false} {
		if p.In(header) != want {
			t.Errorf("%q: %v", header, !want)
		}
	}
	none := NewPassword("")
	if none.Asked() || none.Is("") || none.In(basic("")) || !p.Asked() {
		t.Error("no password is taken for one")
	}
}

func TestPages(t *testing.T) {
	p := Pages{Origins: []string{"https://ui.example.com"}, Hosts: []string{"prefect.example.com"}}
	loopback, elsewhere := net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 2)
	tests := []struct {
		name    string
		method  string
		host    string
		at      net.IP
		headers []string
		pass    bool
	}{
		{"a client", "POST", "127.0.0.1:4200", loopback, nil, true},
		{"a client at localhost", "GET", "localhost:4200", loopback, []string{"User-Agent: prefect/3.9.1 (API 0.8.4)"}, true},
		{"a client at a service's name", "POST", "reeve:4200", elsewhere, nil, true},
		{"a client at a public name", "POST", "ec2-1.compute.amazonaws.com:4200", elsewhere, nil, true},
		{"a client at a public name over the loopback", "POST", "evil.example:4200", loopback, nil, false},
		{"a client at a known name over the loopback", "POST", "prefect.example.com", loopback, nil, true},
		{"a client at Fly's private name", "POST", "reeve.internal:4200", elsewhere, nil, true},
		{"a client at IPv6", "POST", "[fdaa::3]:4200", elsewhere, nil, true},
		{"no host", "GET", "", loopback, nil, true},

		{"own page", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://127.0.0.1:4200", "Sec-Fetch-Site: same-origin"}, true},
		{"own page at another address", "POST", "192.168.1.5:4200", elsewhere, []string{"Origin: http://192.168.1.5:4200"}, true},
		{"own page behind TLS", "POST", "prefect.example.com", elsewhere, []string{"Origin: https://prefect.example.com"}, true},
		{"own page behind TLS with a port", "POST", "prefect.example.com:443", elsewhere, []string{"Origin: https://prefect.example.com"}, true},
		{"own page behind a proxy", "POST", "127.0.0.1:4200", loopback, []string{"Origin: https://p.example", "X-Forwarded-Host: p.example"}, true},
		{"own page, as the browser says", "POST", "127.0.0.1:4200", loopback, []string{"Origin: https://p.example", "Sec-Fetch-Site: same-origin"}, true},
		{"page of a service's name", "POST", "reeve:4200", elsewhere, []string{"Origin: http://reeve:4200"}, true},
		{"page of this machine", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://localhost:3000", "Sec-Fetch-Site: cross-site"}, true},
		{"page of this machine, IPv6", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://[::1]:3000"}, true},
		{"named page", "POST", "127.0.0.1:4200", loopback, []string{"Origin: https://UI.example.com"}, true},
		{"address bar", "GET", "localhost:4200", loopback, []string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Accept-Language: en"}, true},
		{"link from elsewhere", "GET", "localhost:4200", loopback, []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Referer: https://chat.example/"}, true},

		{"another site", "POST", "127.0.0.1:4200", loopback, []string{"Origin: https://evil.example"}, false},
		{"another site reads", "GET", "127.0.0.1:4200", loopback, []string{"Origin: https://evil.example"}, false},
		{"another site asks first", "OPTIONS", "127.0.0.1:4200", loopback, []string{"Origin: https://evil.example", "Access-Control-Request-Method: POST"}, false},
		{"a page without an origin", "POST", "127.0.0.1:4200", loopback, []string{"Origin: null"}, false},
		{"an extension", "POST", "127.0.0.1:4200", loopback, []string{"Origin: chrome-extension://abc"}, false},
		{"a name like the loopback", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://localhost.evil.example"}, false},
		{"a user like the loopback", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://127.0.0.1:4200@evil.example"}, false},
		{"a named page's neighbour", "POST", "127.0.0.1:4200", loopback, []string{"Origin: https://ui.example.com.evil.example"}, false},
		{"two origins", "POST", "127.0.0.1:4200", loopback, []string{"Origin: http://127.0.0.1:4200", "Origin: https://evil.example"}, false},
		{"another port of a service", "POST", "reeve:4200", elsewhere, []string{"Origin: http://reeve:3000"}, false},
		{"a page of the neighbourhood", "POST", "192.168.1.5:4200", elsewhere, []string{"Origin: http://192.168.1.6:4200"}, false},
		{"rebinding", "POST", "evil.example:4200", loopback, []string{"Origin: http://evil.example:4200"}, false},
		{"rebinding, elsewhere", "POST", "evil.example:4200", elsewhere, []string{"Origin: http://evil.example:4200"}, false},
		{"rebinding reads", "GET", "evil.example:4200", elsewhere, []string{"Accept-Language: "}, false},
		{"rebinding by a browser that is no liar", "GET", "evil.example:4200", elsewhere, []string{"User-Agent: Mozilla/5.0"}, false},
		{"rebinding with a dot", "POST", "evil.example.:4200", loopback, []string{"Origin: http://evil.example.:4200"}, false},
		{"a form", "POST", "127.0.0.1:4200", loopback, []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Content-Type: text/plain"}, false},
		{"a form without an origin", "POST", "127.0.0.1:4200", loopback, []string{"Referer: https://evil.example/x"}, false},
		{"a part of a page", "GET", "127.0.0.1:4200", loopback, []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "/api/flows/filter", nil)
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: test.at, Port: 4200})))
			r.Host = test.host
			for _, line := range test.headers {
				name, value, _ := strings.Cut(line, ": ")
				r.Header.Add(name, value)
			}
			if why := p.Refusal(r); (why == "") != test.pass {
				t.Errorf("refused: %q", why)
			}
			if why := (Pages{Origins: []string{"*"}}).Refusal(r); why != "" {
				t.Errorf("refused though all may call: %q", why)
			}
		})
	}
}
