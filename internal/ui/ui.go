// Package ui serves the browser's user interface: our own, which is built into
// the program, or the reference's, a bundle of files from a folder, when one is
// configured. For the latter it has the settings that a bundle asks for and the
// rules that lead a browser to one of two bundles.
//
// The folder is only read. A bundle is a folder with an index.html; the older
// one (v1) lives at the UI's base path, the newer one (v2) at /v2 below it. The
// place where a bundle is mounted is written into its text files when they are
// first sent, and all requests share what was made; other files are read as they
// are sent. A program that was built without our interface, and has no folder,
// shows one page that says how to get either.
package ui

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	built "github.com/reevehq/reeve/ui"
)

// Config is what the UI needs to know.
type Config struct {
	// Directory has the reference's bundle: its own folder, or one with v1, v2, ui
	// or ui-v2 in it. "" shows our own interface.
	Directory string
	// Base is where the UI is mounted, "/" by default.
	Base string
	// PreferV2 opens the newer bundle first.
	PreferV2 bool
	// APIURL is the address of the API that the browser is given; "" for the
	// address the browser itself used.
	APIURL string
	// APIPath is where a browser finds the API.
	APIPath string
	// CSRF and Auth tell the bundle what the API asks for.
	CSRF, Auth bool
	// ReadOnly tells pages that the API refuses what they would change.
	ReadOnly bool
	// Sleeps tells that the server goes away when nobody needs it.
	Sleeps bool
	// StreamsLogs tells that logs can be followed by websocket.
	StreamsLogs bool
}

// UI serves the bundles. It is an http.Handler.
type UI struct {
	config   Config
	log      *slog.Logger
	own      *own      // nil when a folder is configured, or when it was not built
	bundles  []*bundle // in the order v1, v2
	settings string    // path of the settings
}

// New looks for bundles in the configured folder, or takes our own interface.
func New(c Config, log *slog.Logger) *UI {
	v1, v2 := bases(c.Base)
	u := &UI{config: c, log: log, settings: join(v1, "ui-settings")}
	if c.Directory == "" {
		u.useOwn()
		return u
	}
	found := find(c.Directory)
	for _, b := range []struct{ version, base string }{{"v1", v1}, {"v2", v2}} {
		if folder := found[b.version]; folder != "" {
			u.bundles = append(u.bundles, newBundle(b.version, folder, b.base))
		}
	}
	if len(u.bundles) == 0 {
		log.Warn("the UI's folder holds no bundle: no index.html in it", "folder", c.Directory)
	}
	return u
}

func (u *UI) useOwn() {
	files, ok := built.Dist()
	if !ok {
		return
	}
	var err error
	if u.own, err = newOwn(files, u.config); err != nil {
		u.log.Error("the built user interface cannot be served", "error", err)
	}
}

// Path is where a browser starts.
func (u *UI) Path() string { v1, _ := bases(u.config.Base); return v1 }

// Pages is where the pages start, with a slash at its end.
func (u *UI) Pages() string {
	if u.own != nil {
		return u.own.base
	}
	if b := u.bundle(u.preferred()); b != nil {
		return strings.TrimSuffix(b.base, "/") + "/"
	}
	return u.Path()
}

// HasBundle reports whether there is something to show.
func (u *UI) HasBundle() bool { return u.own != nil || len(u.bundles) > 0 }

// find maps "v1" and "v2" to folders with an index.html.
func find(directory string) map[string]string {
	found := map[string]string{}
	for version, names := range map[string][]string{"v1": {"v1", "ui"}, "v2": {"v2", "ui-v2"}} {
		for _, name := range names {
			if folder := filepath.Join(directory, name); found[version] == "" && isFile(filepath.Join(folder, "index.html")) {
				found[version] = folder
			}
		}
	}
	if len(found) == 0 && isFile(filepath.Join(directory, "index.html")) {
		found[versionOf(directory)] = directory
	}
	return found
}

// versionOf tells the two bundles apart by a folder that only the newer one has.
func versionOf(directory string) string {
	if strings.HasSuffix(filepath.Clean(directory), "v1") || filepath.Base(directory) == "ui" {
		return "v1"
	}
	return "v2"
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// ServeHTTP implements http.Handler.
func (u *UI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == u.settings {
		u.serveSettings(w, r)
		return
	}
	if u.own != nil {
		u.own.ServeHTTP(w, r)
		return
	}
	if location := u.redirect(r); location != "" {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	if b := u.bundleFor(r.URL.Path); b != nil {
		b.serve(w, r)
		return
	}
	if len(u.bundles) == 0 && isNavigation(r) {
		u.serveMissing(w)
		return
	}
	notFound(w)
}

// serveMissing shows the page that says how to get an interface.
func (u *UI) serveMissing(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(bytes.Replace(built.Missing(), []byte(`href="health"`), []byte(`href="`+u.config.APIPath+`/health"`), 1))
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"detail":"Not Found"}`))
}

// bundleFor is the bundle with the longest base that the path is below.
func (u *UI) bundleFor(path string) *bundle {
	var best *bundle
	for _, b := range u.bundles {
		if below(path, b.base) && (best == nil || len(b.base) > len(best.base)) {
			best = b
		}
	}
	return best
}

// settings is the contract's answer to what a bundle asks first.
type settings struct {
	APIURL    string   `json:"api_url"`
	CSRF      bool     `json:"csrf_enabled"`
	Auth      *string  `json:"auth"`
	Flags     []string `json:"flags"`
	Default   string   `json:"default_ui"`
	Available []string `json:"available_uis"`
	V1Base    *string  `json:"v1_base_url"`
	V2Base    *string  `json:"v2_base_url"`
}

func (u *UI) serveSettings(w http.ResponseWriter, r *http.Request) {
	s := settings{APIURL: u.apiURL(r), CSRF: u.config.CSRF, Flags: []string{}, Default: u.preferred(), Available: []string{}}
	if u.config.Auth {
		basic := "BASIC"
		s.Auth = &basic
	}
	for _, b := range u.bundles {
		s.Available = append(s.Available, b.version)
		if b.version == "v1" {
			s.V1Base = &b.base
		} else {
			s.V2Base = &b.base
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		u.log.Error("the UI's settings cannot be written", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

// apiURL is the API as the browser reaches it: through the same host and port
// as this page, whatever proxy is between.
func (u *UI) apiURL(r *http.Request) string {
	if u.config.APIURL != "" {
		return u.config.APIURL
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + u.config.APIPath
}
