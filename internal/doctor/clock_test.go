package doctor

import (
	"net/http"
	"testing"
	"time"
)

// dated is a server with a clock that is off, and another by its own version.
func dated(off, said time.Duration) http.Handler {
	server := well.with(answers{"GET /reeve/version": map[string]any{"reeve": "1", "now": noon.Add(said)}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(header{w, noon.Add(off).Format(http.TimeFormat)}, r)
	})
}

// header replaces the Date of an answer.
type header struct {
	http.ResponseWriter
	date string
}

func (h header) Write(p []byte) (int, error) {
	h.Header().Set("Date", h.date)
	return h.ResponseWriter.Write(p)
}

func TestClock(t *testing.T) {
	tests := map[string]struct {
		server http.Handler
		want   finding
	}{
		"down":    {nil, finding{Skipped, "did not say", ""}},
		"right":   {dated(0, 0), finding{OK, "within", ""}},
		"ahead":   {dated(10*time.Second, 10*time.Second), finding{Warn, "10s ahead", "date -u"}},
		"behind":  {dated(-time.Hour, -time.Hour), finding{Fail, "1h0m0s behind", "date -u"}},
		"jumps":   {dated(-time.Hour, 0), finding{Warn, "a clock jumped by 1h", "chronyc"}},
		"Prefect": {well.with(answers{"GET /reeve/version": 404}), finding{OK, "agrees with ours to the second", ""}},
		"no date": {page(200, `{"status":"ok"}`, "Date", ""), finding{Skipped, "did not say", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { situation{server: test.server}.expect(t, "clock", test.want) })
	}
}

func TestVersions(t *testing.T) {
	tests := map[string]struct {
		server http.Handler
		want   finding
	}{
		"down":           {nil, finding{OK, "the server's is not known", ""}},
		"same":           {well, finding{OK, "reeve 1 here and at the server, Prefect 3.9.1, SQLite 3.", ""}},
		"other reeve":    {well.with(answers{"GET /reeve/version": map[string]any{"reeve": "0.9", "now": noon}}), finding{Warn, "the server is Reeve 0.9, this program 1", "reeve version"}},
		"Prefect's own":  {well.with(answers{"GET /reeve/version": 404}), finding{Warn, "is no Reeve, or an older one", "curl http"}},
		"other contract": {well.with(answers{"GET /admin/version": "3.9.0"}), finding{Warn, "speaks Prefect 3.9.0, this program 3.9.1", "reeve version"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { situation{server: test.server}.expect(t, "versions", test.want) })
	}
}

func TestDays(t *testing.T) {
	for d, want := range map[time.Duration]string{3 * time.Second: "3 s", 5 * time.Minute: "5 min", 5 * time.Hour: "5 h", 90 * 24 * time.Hour: "90 days"} {
		if got := days(d); got != want {
			t.Errorf("%s is %q", d, got)
		}
	}
}
