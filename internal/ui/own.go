package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// What index.html of our own interface has where the server writes: where it is
// mounted, and what the interface asks of the server.
var (
	basePlace   = []byte(`<base href="/" />`)
	configPlace = []byte(`<script id="reeve" type="application/json">{}</script>`)
)

// own serves the interface that is built into the program.
type own struct {
	files  fs.FS
	base   string        // with a slash at its end
	v2     string        // where the reference's newer bundle would be
	pages  func() *pages // made for the first who asks: a server that wakes has nobody yet
	policy string
}

// pageConfig is what index.html carries for the script.
type pageConfig struct {
	API  string `json:"api"` // path or address of the API
	Auth bool   `json:"auth"`
	CSRF bool   `json:"csrf"`
	// ReadOnly tells that the API refuses what a page would change.
	ReadOnly bool `json:"read_only"`
	// Sleeps tells a tab that nobody touches to let go of the server.
	Sleeps bool `json:"sleeps"`
	// StreamsLogs says whether /logs/out sends anything.
	StreamsLogs bool `json:"streams_logs"`
}

func newOwn(files fs.FS, c Config) (*own, error) {
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, err
	}
	v1, v2 := bases(c.Base)
	o := &own{files: files, base: strings.TrimSuffix(v1, "/") + "/", v2: v2}
	settings := pageConfig{API: c.APIPath, Auth: c.Auth, CSRF: c.CSRF, ReadOnly: c.ReadOnly, Sleeps: c.Sleeps, StreamsLogs: c.StreamsLogs}
	elsewhere, asksAt := "", c.APIPath
	if c.APIURL != "" {
		settings.API = c.APIURL
		elsewhere = origins(c.APIURL)
	}
	if c.APIURL != "" || c.Auth {
		asksAt = "" // a line cannot say who asks, nor how it is answered elsewhere
	}
	text, err := json.Marshal(settings) // which escapes <, > and &
	if err != nil {
		return nil, err
	}
	for _, place := range [][]byte{basePlace, configPlace} {
		if bytes.Count(index, place) != 1 {
			return nil, fmt.Errorf("index.html does not have %s once", place)
		}
	}
	index = bytes.Replace(index, basePlace, []byte(`<base href="`+html.EscapeString(o.base)+`" />`), 1)
	index = bytes.Replace(index, configPlace, []byte(`<script id="reeve" type="application/json">`+string(text)+`</script>`), 1)
	o.pages = sync.OnceValue(func() *pages { return newPages(string(index), asksAt) })
	o.policy = "default-src 'self'; connect-src 'self'" + elsewhere + "; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; " +
		"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
	return o, nil
}

// origins are those at which a browser reaches an API at another address, over
// HTTP and by websocket, with a space before each.
func origins(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return " " + u.Scheme + "://" + u.Host + " ws" + strings.TrimPrefix(u.Scheme, "http") + "://" + u.Host
}

// ServeHTTP implements http.Handler: a file, or index.html when a page is opened,
// since the interface finds its pages itself. Pages of the reference's newer
// bundle are ours too, without its /v2.
func (o *own) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !below(r.URL.Path, strings.TrimSuffix(o.base, "/")) && o.base != "/" {
		notFound(w)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusMethodNotAllowed)
		_, _ = w.Write([]byte(`{"detail":"Method Not Allowed"}`))
		return
	}
	if isNavigation(r) {
		if location := o.redirect(r); location != "" {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
	}
	name := strings.Trim(path.Clean("/"+strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(o.base, "/"))), "/")
	switch {
	case name == "" || name == "index.html":
		o.servePage(w, r, o.pages().of(""))
	case o.serveFile(w, r, name):
	case isNavigation(r):
		o.servePage(w, r, o.pages().of(name))
	default:
		notFound(w)
	}
}

func (o *own) redirect(r *http.Request) string {
	switch asked := r.URL.Path; {
	case asked != "/" && asked+"/" == o.base:
		return o.base + query(r)
	case below(asked, o.v2):
		return o.base + strings.TrimLeft(path.Clean("/"+strings.TrimPrefix(asked, o.v2)), "/") + query(r)
	}
	return ""
}

func (o *own) servePage(w http.ResponseWriter, r *http.Request, p page) {
	h := w.Header()
	h.Set("Content-Type", contentType("index.html"))
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", o.policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Etag", p.etag)
	http.ServeContent(w, r, "index.html", time.Time{}, bytes.NewReader(p.text))
}

// serveFile answers with a file, which may be there under its name with .gz
// instead; it is false when there is none.
func (o *own) serveFile(w http.ResponseWriter, r *http.Request, name string) bool {
	content, err := fs.ReadFile(o.files, name+".gz")
	packed := err == nil
	if !packed {
		if content, err = fs.ReadFile(o.files, name); err != nil {
			return false
		}
	}
	h := w.Header()
	if packed && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
	} else if packed {
		if content, err = inflate(content); err != nil {
			return false
		}
	}
	if packed {
		h.Add("Vary", "Accept-Encoding")
	}
	h.Set("Content-Type", contentType(name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // their names change with their content
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	return true
}
