package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
)

// TestHostileInput finds out which fields each operation takes, at any depth, by
// what it refuses, and gives each of them every value that has ever broken a
// server. Nothing is answered with 500, and everything soon.
func TestHostileInput(t *testing.T) {
	s := newTestServer(t, Config{})
	faults := new(journal)
	s.log = slog.New(slog.NewTextHandler(faults, nil))
	c := &crawler{t: t, handler: s.Handler(), faults: faults, names: fieldNames(t)}
	turns := make(chan struct{}, 8) // most of the time goes into syncing the disk
	var routes sync.WaitGroup
	for i, route := range s.Routes() {
		if racing && i%16 > 0 {
			continue // what races between requests shows in some as in all
		}
		turns <- struct{}{}
		routes.Go(func() {
			defer func() { <-turns }()
			c.paths(route)
			if route.Method != http.MethodGet && route.Method != http.MethodDelete {
				c.bodies(route)
			}
		})
	}
	routes.Wait()
	t.Logf("%d requests, %d fields", c.requests.Load(), c.fields.Load())
	if c.fields.Load() < 1000 && !racing {
		t.Error("it did not find the fields")
	}
}

// slow is how long an answer may take here, where others take the processors too.
const slow = 5 * time.Second

type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}

type crawler struct {
	t       *testing.T
	handler http.Handler
	faults  *journal
	names   []string

	requests, fields, failures atomic.Int64
}

// texts are hostile as parts of paths, values are as JSON.
var hostileTexts = []string{".", "..", "%", "\x00", "\xff\xfe", "🙂", strings.Repeat("x", 20_000), "null", "-1", "1e400",
	"00000000-0000-0000-0000-000000000000", "{3fa85f64-5717-4562-b3fc-2c963f66afa6}", "urn:uuid:3fa85f64-5717-4562-b3fc-2c963f66afa6",
	"3FA85F6457174562B3FC2C963F66AFA6", "' OR 1=1 --", "%s%n", "a/b", " "}

var hostileValues = []string{`null`, `true`, `0`, `-1`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775809`, `1e308`, `1e999`, `1.5`,
	`NaN`, `-Infinity`, `123456789012345678901234567890`, `""`, `"x"`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\udfff\ud800"`, `"%"`, `"{{"`, `"{{ 1/0 }}"`,
	`[]`, `[null]`, `[[]]`, `[{}]`, `[1]`, `["\u0000"]`, `["x","x"]`, `{}`, `{"":null}`, `{"\u0000":1}`, `{"a":{"b":[null]}}`,
	`"0001-01-01T00:00:00Z"`, `"0000-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999Z"`, `"9999-12-31T23:59:59-23:59"`, `"0001-01-01T00:00:00+23:59"`,
	`"2026-01-01T00:00:00+24:00"`, `"2026-02-30"`, `"-9999999"`, `253402300800`, `-62135596801`, `1e18`,
	`"3fa85f64-5717-4562-b3fc-2c963f66afa6"`, `["3fa85f64-5717-4562-b3fc-2c963f66afa6"]`, `"{3fa85f64-5717-4562-b3fc-2c963f66afa6}"`, `"urn:uuid:3fa85f64-5717-4562-b3fc-2c963f66afa6"`}

// longValues are given to fields that took a value of their kind.
var longValues = map[string]string{
	`"x"`:       `"` + strings.Repeat("%_", 30_000) + `"`,
	`["x","x"]`: `[` + strings.Repeat(`"%x_",`, 3_000) + `"y"]`,
	`["3fa85f64-5717-4562-b3fc-2c963f66afa6"]`: `[` + strings.Repeat(`"3fa85f64-5717-4562-b3fc-2c963f66afa6",`, 3_000) + `"3fa85f64-5717-4562-b3fc-2c963f66afa6"]`,
	`[{}]`:               `[` + strings.Repeat(`{},`, 3_000) + `{}]`,
	`{"a":{"b":[null]}}`: strings.Repeat(`{"a":`, 300) + `1` + strings.Repeat(`}`, 300),
	`{}`:                 `{` + strings.TrimSuffix(strings.Repeat(`"%d":"x",`, 1), ",") + `}`,
}

// fieldNames are the names of all fields that anything of ours reads.
func fieldNames(t *testing.T) []string {
	tag := regexp.MustCompile(`json:"([a-zA-Z_]+)[",]`)
	found := map[string]bool{}
	for _, pattern := range []string{"*.go", "../prefect/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range tag.FindAllSubmatch(text, -1) {
				found[string(match[1])] = true
			}
		}
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var parameterInPath = regexp.MustCompile(`\{([a-z_]+)\}`)

// at is a route's path with its parameters replaced.
func at(route rest.Route, text string) string {
	return "/api" + parameterInPath.ReplaceAllStringFunc(route.Path, func(parameter string) string {
		if text == "" && rest.TakesIDOnly(strings.Trim(parameter, "{}")) {
			return "3fa85f64-5717-4562-b3fc-2c963f66afa6"
		}
		if text == "" {
			return "name"
		}
		return url.PathEscape(text)
	})
}

func (c *crawler) paths(route rest.Route) {
	for _, text := range hostileTexts {
		if strings.Contains(route.Path, "{") {
			c.ask(route, at(route, text), `{}`)
		}
		query := url.QueryEscape(text)
		c.ask(route, at(route, "")+"?limit="+query+"&offset="+query+"&page-token="+query+"&name="+query+"&id="+query+"&since="+query+"&client="+query, `{}`)
	}
}

func (c *crawler) bodies(route rest.Route) {
	path := at(route, "")
	for _, body := range append([]string{"", "\xff", "{", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)}, hostileValues...) {
		c.ask(route, path, body)
	}
	base := c.repaired(route, path)
	c.explore(route, path, base, nil)
}

// repaired finds a body that the operation takes, or nearly.
func (c *crawler) repaired(route rest.Route, path string) map[string]any {
	base := map[string]any{}
	for range 12 {
		issues := c.issues(route, path, base)
		if len(issues) == 0 {
			return base
		}
		changed := false
		for _, i := range issues {
			if len(i.Loc) > 1 && i.Loc[0] == "body" {
				changed = put(base, i.Loc[1:], i.guess()) || changed
			}
		}
		if !changed {
			return base
		}
	}
	return base
}

// all gives each field each value: REEVE_HOSTILE=1. Else it is one in four, others
// for others.
var all = os.Getenv("REEVE_HOSTILE") != ""

// explore returns each field that the object at a place takes hostile values.
func (c *crawler) explore(route rest.Route, path string, base map[string]any, place []any) {
	for _, name := range c.taken(route, path, base, place) {
		c.fields.Add(1)
		field := append(slices.Clone(place), name)
		for i, value := range hostileValues {
			if !all && (i+len(name)+len(route.Path))%4 != 0 {
				continue // others have their turn with other fields
			}
			body := clone(base)
			put(body, field, json.RawMessage("0"))
			status := c.askWith(route, path, body, field, value)
			if long := longValues[value]; long != "" && (status < 400 || status == 404 || status == 409) {
				c.askWith(route, path, body, field, long)
			}
		}
		if len(field) < 3 {
			deeper := clone(base)
			put(deeper, field, map[string]any{})
			c.explore(route, path, deeper, field)
		}
	}
}

// taken are the fields that the object at a place has.
func (c *crawler) taken(route rest.Route, path string, base map[string]any, place []any) (names []string) {
	const odd = "crawler" // a value that hardly any field takes
	for chunk := range slices.Chunk(c.names, 60) {
		body := clone(base)
		for _, name := range chunk {
			put(body, append(slices.Clone(place), name), map[string]any{odd: []any{odd}})
		}
		for _, i := range c.issues(route, path, body) {
			if len(i.Loc) < len(place)+2 || i.Type == "extra_forbidden" || i.Type == "missing" {
				continue
			}
			if name, ok := i.Loc[len(place)+1].(string); ok && fmt.Sprint(i.Loc[1:len(place)+1]...) == fmt.Sprint(place...) && slices.Contains(chunk, name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

type issue struct {
	Type string         `json:"type"`
	Loc  []any          `json:"loc"`
	Ctx  map[string]any `json:"ctx"`
}

// guess is a value that the field may take instead.
func (i issue) guess() any {
	switch {
	case strings.HasPrefix(i.Type, "uuid"):
		return "3fa85f64-5717-4562-b3fc-2c963f66afa6"
	case strings.HasPrefix(i.Type, "int"), strings.HasPrefix(i.Type, "float"), strings.HasPrefix(i.Type, "greater"), strings.HasPrefix(i.Type, "timedelta"), strings.HasPrefix(i.Type, "time_delta"):
		return 1
	case strings.HasPrefix(i.Type, "bool"):
		return true
	case strings.HasPrefix(i.Type, "list"), strings.HasPrefix(i.Type, "set"):
		return []any{}
	case strings.HasPrefix(i.Type, "dict"), strings.HasPrefix(i.Type, "model"):
		return map[string]any{}
	case strings.HasPrefix(i.Type, "datetime"):
		return "2026-01-01T00:00:00Z"
	case i.Type == "enum", i.Type == "literal_error":
		expected, _ := i.Ctx["expected"].(string)
		if parts := strings.Split(expected, "'"); len(parts) > 1 {
			return parts[1]
		}
	}
	return "x"
}

func (c *crawler) issues(route rest.Route, path string, body map[string]any) []issue {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of what was read from JSON
	}
	status, answer := c.ask(route, path, string(text))
	if status != http.StatusUnprocessableEntity {
		return nil
	}
	var refused struct {
		Detail []issue `json:"exception_detail"`
	}
	_ = json.Unmarshal(answer, &refused) // another form of 422 has none
	return refused.Detail
}

// askWith puts raw JSON in the place of a field's value.
func (c *crawler) askWith(route rest.Route, path string, body map[string]any, field []any, raw string) int {
	const mark = "crawler's mark"
	put(body, field, mark)
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of what was read from JSON
	}
	status, _ := c.ask(route, path, strings.Replace(string(text), `"`+mark+`"`, raw, 1))
	return status
}

func (c *crawler) ask(route rest.Route, path, body string) (int, []byte) {
	r := httptest.NewRequest(route.Method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	began := time.Now()
	func() {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprintf(c.faults, "panic: %v\n%s", p, debug.Stack())
			}
		}()
		c.handler.ServeHTTP(w, r)
	}()
	took := time.Since(began)
	c.requests.Add(1)
	status, answer := w.Result().StatusCode, w.Body.Bytes()
	if status == http.StatusInternalServerError || took > slow {
		log := c.faults.take()
		if c.failures.Add(1) > 50 {
			return status, answer // that is enough
		}
		c.t.Errorf("%s %.120s answers %d after %v to %.300s: %.600s", route.Method, path, status, took, body, log)
	}
	return status, answer
}

// put sets what is at a place in an object, making objects on the way; false when
// it was the same or cannot be set.
func put(object map[string]any, place []any, value any) bool {
	name, ok := place[0].(string)
	if !ok {
		return false
	}
	if len(place) == 1 {
		same := fmt.Sprint(object[name]) == fmt.Sprint(value)
		object[name] = value
		return !same
	}
	inner, ok := object[name].(map[string]any)
	if !ok {
		inner = map[string]any{}
		object[name] = inner
	}
	return put(inner, place[1:], value)
}

func clone(object map[string]any) map[string]any {
	copied := make(map[string]any, len(object))
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			value = clone(inner)
		}
		copied[name] = value
	}
	return copied
}
