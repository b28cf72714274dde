package ui

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const index = `<head><base href="/" /><script id="reeve" type="application/json">{}</script></head>`

func files() fstest.MapFS {
	return fstest.MapFS{"index.html": {Data: []byte(index)}, "assets/a.js.gz": {Data: []byte(packed("a()"))},
		"assets/broken.js.gz": {Data: []byte("not packed")}, "icon.svg": {Data: []byte("<svg/>")}}
}

func TestOwn(t *testing.T) {
	const page, part = "text/html", "*/*"
	at := func(base, api string) string {
		return `<head><base href="` + base + `" /><script id="reeve" type="application/json">{"api":"` + api + `","auth":true,"csrf":false,"read_only":false,"sleeps":true,"streams_logs":false}</script></head>`
	}
	tests := []struct {
		name, base, method, path, accept, encoding string
		status                                     int
		want                                       string // body, or location of a redirect
	}{
		{"the start page", "/", "GET", "/", page, "", 200, at("/", "/api")},
		{"a page of the interface", "/", "GET", "/runs/flow-run/1?task=2", page, "", 200, at("/", "/api")},
		{"a page of the reference's newer bundle", "/", "GET", "/v2/runs/flow-run/1?a=b", page, "", 307, "/runs/flow-run/1?a=b"},
		{"its start page", "/", "GET", "/v2/", page, "", 307, "/"},
		{"no way to another host", "/", "GET", "/v2//elsewhere.example/x", page, "", 307, "/elsewhere.example/x"},
		{"a packed file goes out as it is", "/", "GET", "/assets/a.js", part, "gzip, br", 200, packed("a()")},
		{"and unpacked to who cannot", "/", "GET", "/assets/a.js", part, "", 200, "a()"},
		{"a plain file", "/", "GET", "/icon.svg", part, "gzip", 200, "<svg/>"},
		{"a broken file", "/", "GET", "/assets/broken.js", part, "", 404, `{"detail":"Not Found"}`},
		{"a file that is not there", "/", "GET", "/assets/b.js", part, "", 404, `{"detail":"Not Found"}`},
		{"no way out of the folder", "/", "GET", "/assets/../../go.mod", part, "", 404, `{"detail":"Not Found"}`},
		{"nothing is written", "/", "POST", "/icon.svg", part, "", 405, `{"detail":"Method Not Allowed"}`},
		{"another base", "/ui", "GET", "/ui/runs", page, "", 200, at("/ui/", "/api")},
		{"another base's file", "/ui", "GET", "/ui/assets/a.js", part, "", 200, "a()"},
		{"another base without its slash", "/ui", "GET", "/ui?a=1", page, "", 307, "/ui/?a=1"},
		{"outside the base", "/ui", "GET", "/uix", page, "", 404, `{"detail":"Not Found"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := newOwn(files(), Config{Base: test.base, APIPath: "/api", Auth: true, Sleeps: true})
			if err != nil {
				t.Fatal(err)
			}
			u := &UI{config: Config{}, log: slog.New(slog.DiscardHandler), settings: "/ui-settings", own: o}
			r := httptest.NewRequest(test.method, test.path, nil)
			r.Header.Set("Accept", test.accept)
			r.Header.Set("Accept-Encoding", test.encoding)
			w := httptest.NewRecorder()
			u.ServeHTTP(w, r)
			got := w.Body.String()
			if w.Code == 307 {
				got = w.Header().Get("Location")
			}
			if w.Code != test.status || got != test.want {
				t.Errorf("%d %q, want %d %q", w.Code, got, test.status, test.want)
			}
			if wantEncoding := strings.HasPrefix(got, "\x1f\x8b"); wantEncoding != (w.Header().Get("Content-Encoding") == "gzip") {
				t.Errorf("Content-Encoding is %q", w.Header().Get("Content-Encoding"))
			}
		})
	}
}

func TestOwnKnowsWhereTheAPIIs(t *testing.T) {
	o, err := newOwn(files(), Config{APIPath: "/api", APIURL: "https://api.example.com/x</script>"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if body := w.Body.String(); strings.Count(body, "</script>") != 1 || !strings.Contains(body, "https://api.example.com/x\\u003c/script\\u003e") {
		t.Errorf("the address is written as %s", body)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' https://api.example.com wss://api.example.com;") {
		t.Errorf("the policy is %s", policy)
	}
	if _, err := newOwn(fstest.MapFS{"index.html": {Data: []byte("other")}}, Config{}); err == nil {
		t.Error("a page without the places that the server writes to is taken")
	}
}

func TestOwnPagesAreNotSentTwice(t *testing.T) {
	o, err := newOwn(files(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", w.Header().Get("Etag"))
	again := httptest.NewRecorder()
	o.ServeHTTP(again, r)
	if again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("the same page again: %d", again.Code)
	}
}
