package ui

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// packed is a text as gzip writes it.
func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var both = map[string]string{
	"ui-v2/index.html":      `<script src="/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER/assets/a.js">`,
	"ui-v2/assets/a.js":     "base='/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER'",
	"ui-v2/assets/b.css.gz": packed("packed at /PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER"),
	"ui-v2/assets/c.js.gz":  "not packed",
	"ui-v2/picture.svg":     "<svg/>",
	"ui/index.html":         "older",
	"ui/assets/older.css":   "x",
	"secret.txt":            "no part of a bundle",
}

func TestServe(t *testing.T) {
	const page, part = "text/html", "*/*"
	tests := []struct {
		name, base, method, path, accept, cookie string
		status                                   int
		want                                     string // body, or location of a redirect
	}{
		{"start goes to the newer bundle", "/", "GET", "/", page, "", 307, "/v2/"},
		{"start keeps the query", "/", "GET", "/?a=1", page, "", 307, "/v2/?a=1"},
		{"start goes where the cookie says", "/", "GET", "/", page, "v1", 200, "older"},
		{"the newer bundle's base gets its slash", "/", "GET", "/v2?a=1", page, "", 307, "/v2/?a=1"},
		{"newer start page", "/", "GET", "/v2/", page, "", 200, `<script src="/v2/assets/a.js">`},
		{"a page of the newer bundle", "/", "GET", "/v2/runs/flow-run/1", page, "", 200, `<script src="/v2/assets/a.js">`},
		{"an asset has its base written in", "/", "GET", "/v2/assets/a.js", part, "", 200, "base='/v2'"},
		{"a packed asset is unpacked", "/", "GET", "/v2/assets/b.css", part, "", 200, "packed at /v2"},
		{"a broken one is not found", "/", "GET", "/v2/assets/c.js", part, "", 404, `{"detail":"Not Found"}`},
		{"a missing asset is not found", "/", "GET", "/v2/assets/b.js", part, "", 404, `{"detail":"Not Found"}`},
		{"an older page", "/", "GET", "/flows", page, "", 200, "older"},
		{"another base", "/ui", "GET", "/ui/v2/assets/a.js", part, "", 200, "base='/ui/v2'"},
		{"another base's start", "/ui", "GET", "/ui", page, "", 307, "/ui/v2/"},
		{"a base for the newer one", "/v2", "GET", "/v2/assets/a.js", part, "", 200, "base='/v2'"},
		{"outside the base", "/ui", "GET", "/elsewhere", part, "", 404, `{"detail":"Not Found"}`},
		{"no way out of the folder", "/", "GET", "/v2/../secret.txt", part, "", 404, `{"detail":"Not Found"}`},
		{"files are not written", "/", "POST", "/v2/picture.svg", part, "", 405, `{"detail":"Method Not Allowed"}`},
	}
	root := folder(t, both)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := New(Config{Directory: root, Base: test.base, PreferV2: true, APIPath: "/api"}, slog.New(slog.DiscardHandler))
			r := httptest.NewRequest(test.method, test.path, nil)
			r.Header.Set("Accept", test.accept)
			if test.cookie != "" {
				r.AddCookie(&http.Cookie{Name: cookie, Value: test.cookie})
			}
			w := httptest.NewRecorder()
			u.ServeHTTP(w, r)
			got := w.Body.String()
			if w.Code == http.StatusTemporaryRedirect {
				got = w.Header().Get("Location")
			}
			if w.Code != test.status || got != test.want {
				t.Errorf("%d %q, want %d %q", w.Code, got, test.status, test.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	root := folder(t, both)
	tests := []struct {
		name   string
		config Config
		want   string
	}{
		{"both bundles", Config{Directory: root, PreferV2: true, APIPath: "/api", Auth: true},
			`{"api_url":"http://example.com/api","csrf_enabled":false,"auth":"BASIC","flags":[],"default_ui":"v2","available_uis":["v1","v2"],"v1_base_url":"/","v2_base_url":"/v2"}`},
		{"newer bundle alone", Config{Directory: filepath.Join(root, "ui-v2"), APIURL: "https://x/api", CSRF: true},
			`{"api_url":"https://x/api","csrf_enabled":true,"auth":null,"flags":[],"default_ui":"v2","available_uis":["v2"],"v1_base_url":null,"v2_base_url":"/v2"}`},
		{"no bundle", Config{PreferV2: true, APIPath: "/api"},
			`{"api_url":"http://example.com/api","csrf_enabled":false,"auth":null,"flags":[],"default_ui":"v2","available_uis":[],"v1_base_url":null,"v2_base_url":null}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			New(test.config, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/ui-settings", nil))
			if got, _ := io.ReadAll(w.Body); w.Code != 200 || string(got) != test.want {
				t.Errorf("%d %s\nwant %s", w.Code, got, test.want)
			}
		})
	}
}

func TestWithoutAnInterface(t *testing.T) {
	u := &UI{config: Config{APIPath: "/api"}, log: slog.New(slog.DiscardHandler), settings: "/ui-settings"}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	u.ServeHTTP(w, r)
	for _, part := range []string{"make build", "ui_directory", `href="/api/health"`} {
		if w.Code != 200 || !strings.Contains(w.Body.String(), part) {
			t.Errorf("%d, without %s: %s", w.Code, part, w.Body)
		}
	}
	w = httptest.NewRecorder()
	u.ServeHTTP(w, httptest.NewRequest("GET", "/favicon.ico", nil))
	if w.Code != 404 {
		t.Errorf("an asset is %d", w.Code)
	}
}

// Many may load a bundle at once: its files are made once, and not copied for each.
func TestFilesAreMadeOnce(t *testing.T) {
	root := folder(t, map[string]string{
		"ui-v2/index.html":      "page",
		"ui-v2/assets/a.js":     "base='/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER'" + strings.Repeat(" ", 4<<20),
		"ui-v2/assets/b.css.gz": packed(strings.Repeat("packed", 1<<20)),
		"ui-v2/assets/c.js":     strings.Repeat("no base;", 1<<19),
		"ui-v2/assets/d.svg":    strings.Repeat("picture ", 1<<19),
	})
	u := New(Config{Directory: root, PreferV2: true, APIPath: "/api"}, slog.New(slog.DiscardHandler))
	get := func(path string) (length int) {
		w := &discarding{header: http.Header{}}
		u.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.length
	}
	paths := []string{"/v2/assets/a.js", "/v2/assets/b.css", "/v2/assets/c.js", "/v2/assets/d.svg"}
	lengths := map[string]int{}
	for _, path := range paths {
		if lengths[path] = get(path); lengths[path] < 4<<20 {
			t.Fatalf("%s has %d bytes", path, lengths[path])
		}
	}
	for _, path := range paths {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 10 {
			if got := get(path); got != lengths[path] {
				t.Errorf("%s has %d bytes, had %d", path, got, lengths[path])
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / 10; each > 1<<20 {
			t.Errorf("sending %s takes %d bytes", path, each)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "ui-v2/assets/a.js"), []byte("another at /PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := get("/v2/assets/a.js"); got != len("another at /v2") {
		t.Errorf("a file that was replaced has %d bytes", got)
	}
}

// discarding counts what is written.
type discarding struct {
	header http.Header
	length int
}

func (d *discarding) Header() http.Header         { return d.header }
func (d *discarding) WriteHeader(int)             {}
func (d *discarding) Write(p []byte) (int, error) { d.length += len(p); return len(p), nil }
