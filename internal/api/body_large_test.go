package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

func TestARefusalIsNotMuchLargerThanItsBody(t *testing.T) {
	server := newTestServer(t, Config{})
	large := strings.Repeat("\x01", rest.LargestEcho+1)
	for name, c := range map[string]struct {
		body   string
		status int
		most   int // bytes of the answer
	}{
		"a large body that is not JSON":    {large, 422, 1000},
		"a large text for a flow":          {`"` + strings.Repeat("x", rest.LargestEcho) + `"`, 422, 1000},
		"many faults":                      {`{"flows":{"name":{"any_":[` + strings.Repeat("1000,", 250_000) + `1]}}}`, 422, 200 * decode.MostIssues},
		"more than a body may have":        {strings.Repeat(" ", rest.MaxBody+1), 413, 200},
		"more values than are read":        {"[" + strings.Repeat("1,", 1_000_000) + "1]", 413, 200},
		"a small body, repeated as it was": {"\x00", 422, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := http.Post(server.URL+"/api/flows/filter", "application/json", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			answer, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != c.status || len(answer) > c.most {
				t.Errorf("status %d with %d bytes (%v), want %d with at most %d", response.StatusCode, len(answer), err, c.status, c.most)
			}
			if len(c.body) == 1 && !strings.Contains(string(answer), `"request_body":"\u0000"`) {
				t.Errorf("a small body is not repeated: %s", answer)
			}
		})
	}
}
