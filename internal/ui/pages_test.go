package ui

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// lines are what the build names for three routes.
const lines = `    <link rel="preload" as="fetch" data-api="/reeve/home" crossorigin data-for="/" />
    <link rel="modulepreload" href="./assets/home.js" crossorigin data-for="/" />
    <link rel="modulepreload" href="./assets/runs.js" crossorigin data-for="/runs" />
    <link rel="preload" as="fetch" data-api="/reeve/work_pools/$name/overview" crossorigin data-for="/work-pools/work-pool/$name" />
    <link rel="modulepreload" href="./assets/pool.js" crossorigin data-for="/work-pools/work-pool/$name" />
`

// A slow line brings what a page needs together, and no other page's parts.
func TestPagesNameWhatTheyNeed(t *testing.T) {
	const pool = "/work-pools/work-pool/"
	tests := []struct {
		name, path string
		config     Config
		want       []string // addresses, in their order
	}{
		{"the first page", "/", Config{APIPath: "/api"}, []string{"/api/reeve/home", "./assets/home.js"}},
		{"the first page by its file", "/index.html", Config{APIPath: "/api"}, []string{"/api/reeve/home", "./assets/home.js"}},
		{"a page that asks for what its path does not say", "/runs", Config{APIPath: "/api"}, []string{"./assets/runs.js"}},
		{"a page with a query", "/runs/?state=FAILED", Config{APIPath: "/api"}, []string{"./assets/runs.js"}},
		{"a page of something", pool + "desk-1", Config{APIPath: "/api"}, []string{"/api/reeve/work_pools/desk-1/overview", "./assets/pool.js"}},
		{"a name that browsers write in several ways", pool + "under%20the%20desk", Config{APIPath: "/api"}, []string{"./assets/pool.js"}},
		{"a name that would be HTML", pool + "%22%3E%3Cscript%3E", Config{APIPath: "/api"}, []string{"./assets/pool.js"}},
		{"a name that is a segment's", pool + "$name", Config{APIPath: "/api"}, []string{"./assets/pool.js"}},
		{"no page of ours", "/work-pools/work-pool", Config{APIPath: "/api"}, nil},
		{"below a path", "/ui/", Config{Base: "/ui", APIPath: "/ui/api"}, []string{"/ui/api/reeve/home", "./assets/home.js"}},
		{"a path with what means something in HTML", "/", Config{APIPath: `/a"$1`}, []string{"/a&#34;$1/reeve/home", "./assets/home.js"}},
		{"an API that asks for a password", "/", Config{APIPath: "/api", Auth: true}, []string{"./assets/home.js"}},
		{"an API at another address", "/", Config{APIPath: "/api", APIURL: "https://api.example.com"}, []string{"./assets/home.js"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := newOwn(fstest.MapFS{"index.html": {Data: []byte(index + "\n" + lines + "<body>\n")}}, test.config)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", test.path, nil)
			r.Header.Set("Accept", "text/html")
			o.ServeHTTP(w, r)
			_, named, _ := strings.Cut(w.Body.String(), "</head>\n")
			var got []string
			for _, part := range strings.Split(named, `href="`)[1:] {
				address, _, _ := strings.Cut(part, `"`)
				got = append(got, address)
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") || !strings.HasSuffix(named, "<body>\n") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestPagesThatDifferHaveEtagsOfTheirOwn(t *testing.T) {
	p := newPages(index+"\n"+lines, "/api")
	etags := map[string]bool{}
	for _, path := range []string{"", "runs", "flows", "work-pools/work-pool/a", "work-pools/work-pool/b"} {
		etags[p.of(path).etag] = true
	}
	if len(etags) != 5 || p.of("flows").etag != p.of("elsewhere").etag {
		t.Errorf("%v", etags)
	}
}
