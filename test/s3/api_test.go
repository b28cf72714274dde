//go:build s3

package s3

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// get asks the server and reads the answer into a value.
func (i *installation) get(path string, into any) error {
	return ask(http.MethodGet, i.api(path), nil, into)
}

func ask(method, url string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := browser.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s %w", method, url, answer.Status, said, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}

// write makes flows, each acknowledged before the next.
func (i *installation) write(names ...string) {
	i.t.Helper()
	for _, name := range names {
		if err := ask(http.MethodPost, i.api("/flows/"), map[string]any{"name": name}, nil); err != nil {
			i.t.Fatal(err)
		}
	}
}

// many returns names of flows.
func many(prefix string, n int) (names []string) {
	for k := range n {
		names = append(names, fmt.Sprintf("%s-%03d", prefix, k))
	}
	return names
}

// flows are the names that the server has, sorted.
func (i *installation) flows() (names []string) {
	i.t.Helper()
	var found []struct{ Name string }
	if err := ask(http.MethodPost, i.api("/flows/filter"), map[string]any{"sort": "NAME_ASC", "limit": 200}, &found); err != nil {
		i.t.Fatal(err)
	}
	for _, f := range found {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// has fails unless the server has exactly these flows.
func (i *installation) has(names ...string) {
	i.t.Helper()
	slices.Sort(names)
	if got := i.flows(); !slices.Equal(got, names) {
		i.t.Errorf("there are %d flows, not %d\n%s\n%s", len(got), len(names), strings.Join(got, " "), i.log)
	}
}

// report is the answer of /reeve/backup.
type report struct {
	Databases []struct {
		Database string     `json:"database"`
		Until    *time.Time `json:"until"`
		Pending  bool       `json:"pending"`
		Pieces   int        `json:"pieces"`
		Error    *string    `json:"error"`
		Failures int        `json:"failures"`
	} `json:"databases"`
	Restored *struct {
		Why, From string
		Until     time.Time `json:"data_until"`
		Kept      string    `json:"kept_at"`
	} `json:"restored"`
}

func (i *installation) report() (r report) {
	i.t.Helper()
	if err := i.get("/reeve/backup", &r); err != nil {
		i.t.Fatal(err)
	}
	if len(r.Databases) == 0 {
		i.t.Fatal("no database is backed up")
	}
	return r
}

// arrived waits until all that was written is in the storage.
func (i *installation) arrived() {
	i.t.Helper()
	eventually(i.t, 15*time.Second, "all has arrived", func() bool {
		d := i.report().Databases[0]
		return d.Until != nil && !d.Pending
	})
}
