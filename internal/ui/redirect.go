package ui

import (
	"net/http"
	"net/url"
	"strings"
)

// cookie keeps a browser's choice between the bundles; the bundles set it.
const cookie = "prefect_ui_version"

// bases are where the older and the newer bundle are mounted for a configured
// base. A base that ends in /v2 is that of the newer one.
func bases(configured string) (v1, v2 string) {
	base := normal(configured)
	if base == "/v2" {
		return "/", base
	}
	if older, ok := strings.CutSuffix(base, "/v2"); ok {
		return older, base
	}
	return base, join(base, "v2")
}

func normal(base string) string {
	return "/" + strings.Trim(base, "/")
}

func join(base, suffix string) string {
	if base == "/" {
		return "/" + suffix
	}
	return base + "/" + suffix
}

func below(path, base string) bool {
	return base == "/" || path == base || strings.HasPrefix(path, base+"/")
}

// isNavigation reports whether a browser opens a page, as against loading a part of one.
func isNavigation(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	destination := r.Header.Get("Sec-Fetch-Dest")
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" || destination == "document" || destination == "iframe" ||
		strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

// preferred is the version a browser without a choice of its own is shown.
func (u *UI) preferred() string {
	want := "v1"
	if u.config.PreferV2 {
		want = "v2"
	}
	if len(u.bundles) == 0 || u.bundle(want) != nil {
		return want
	}
	return u.bundles[0].version
}

func (u *UI) bundle(version string) *bundle {
	for _, b := range u.bundles {
		if b.version == version {
			return b
		}
	}
	return nil
}

// redirect is where a navigation has to go instead: the start page goes to the
// preferred bundle, and a page of the newer bundle to the older when the newer
// is missing. "" means it may stay.
func (u *UI) redirect(r *http.Request) string {
	if len(u.bundles) == 0 || !isNavigation(r) {
		return ""
	}
	v1, v2 := bases(u.config.Base)
	requested, relative := "", ""
	switch path := r.URL.Path; {
	case below(path, v2):
		requested, relative = "v2", "/"+strings.Trim(strings.TrimPrefix(path, v2), "/")
		if u.bundle("v2") != nil {
			return ""
		}
	case below(path, v1):
		requested, relative = "v1", strings.TrimPrefix(path, strings.TrimSuffix(v1, "/"))
		if relative != "/" && relative != "" {
			return ""
		}
		relative = "/"
	default:
		return ""
	}
	version := u.preferred()
	if c, err := r.Cookie(cookie); err == nil && u.bundle(c.Value) != nil {
		version = c.Value
	}
	if version == requested {
		return ""
	}
	// Escaped again: a browser takes a backslash for a slash, and two for a host.
	target := url.URL{Path: strings.TrimSuffix(u.bundle(version).base, "/") + relative}
	return target.EscapedPath() + query(r)
}
