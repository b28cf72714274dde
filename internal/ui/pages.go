package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"regexp"
	"strings"
)

// page is index.html as it is sent for one path.
type page struct {
	text []byte
	etag string
}

func newPage(text string) page {
	sum := sha256.Sum256([]byte(text))
	return page{[]byte(text), `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// pages makes index.html for each path. The build names in it, one a line, what
// the page of each route needs besides the rest (ui/vite.config.ts); whoever opens
// one is sent the lines of that route alone. Nothing of it is looked up: a page
// is sent without the database, and shows what is wrong with the server by itself.
type pages struct {
	before, after string // of index.html, around the lines
	routes        []route
}

// route is what the page of a path needs: parts are the scripts and styles, asks
// what it asks the API for first, with the names of segments in the address.
type route struct {
	segments    []string // one that begins with $ stands for any
	parts, asks string
}

var (
	routeLine   = regexp.MustCompile(`(?m)^[^\n]* data-for="([^"\n]*)"[^\n]*\n`)
	apiAddress  = regexp.MustCompile(` data-api="([^"\n]*)"`)
	segmentName = regexp.MustCompile(`\$[a-z]+`)
	// plain are the values that every browser writes into an address as they are.
	plain = regexp.MustCompile(`^[A-Za-z0-9_.~-]+$`)
)

// newPages takes index.html apart. A browser asks the API at its path for what a
// page shows; with "" no line says so, as where the API wants to know who asks.
func newPages(index, apiPath string) *pages {
	p := &pages{before: index}
	if at := routeLine.FindStringIndex(index); at != nil {
		p.before, p.after = index[:at[0]], routeLine.ReplaceAllString(index[at[0]:], "")
	}
	known := map[string]int{}
	for _, line := range routeLine.FindAllStringSubmatch(index, -1) {
		at, ok := known[line[1]]
		if !ok {
			at = len(p.routes)
			known[line[1]] = at
			p.routes = append(p.routes, route{segments: segments(line[1])})
		}
		switch r := &p.routes[at]; {
		case !apiAddress.MatchString(line[0]):
			r.parts += line[0]
		case apiPath != "":
			r.asks += apiAddress.ReplaceAllString(line[0], ` href="`+strings.ReplaceAll(html.EscapeString(apiPath), "$", "$$")+`$1"`)
		}
	}
	return p
}

func segments(path string) []string {
	return strings.Split(strings.Trim(path, "/"), "/")
}

// of gives the page for a path below the interface's base.
func (p *pages) of(path string) page {
	asked := segments(path)
	for _, r := range p.routes {
		if asks, ok := r.match(asked); ok {
			return newPage(p.before + asks + r.parts + p.after)
		}
	}
	return newPage(p.before + p.after)
}

// match reports whether a path is of the route, and gives what its page asks for:
// nothing where a value of the path could be written in several ways.
func (r route) match(asked []string) (asks string, ok bool) {
	if len(asked) != len(r.segments) {
		return "", false
	}
	asks = r.asks
	values := map[string]string{}
	for i, segment := range r.segments {
		switch {
		case !strings.HasPrefix(segment, "$"):
			if segment != asked[i] {
				return "", false
			}
		case plain.MatchString(asked[i]):
			values[segment] = asked[i]
		default:
			asks = ""
		}
	}
	return segmentName.ReplaceAllStringFunc(asks, func(name string) string { return values[name] }), true
}
