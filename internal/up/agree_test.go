package up

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/config"
)

// What the file says of a deployment is asked for, and what it says nothing of is left alone.
func TestAgreeing(t *testing.T) {
	minutes := func(n int) config.Span { return config.Span(time.Duration(n) * time.Minute) }
	for name, c := range map[string]struct {
		flow  config.Flow
		asked []string
		fails string
	}{
		"nothing": {config.Flow{Schedules: []config.Schedule{{Slug: "morning"}}}, nil, ""},
		"a strategy": {config.Flow{CollisionStrategy: "CANCEL_NEW"},
			[]string{`PUT /api/reeve/deployments/ID/collisions {"collision_strategy":"CANCEL_NEW"}`}, ""},
		"what is caught up, where it is another": {config.Flow{Schedules: []config.Schedule{{Slug: "morning", CatchUp: "latest"}, {Slug: "evening", CatchUp: "none"}, {Slug: "noon"}}},
			[]string{`GET /api/reeve/deployments/ID/schedules`, `PATCH /api/reeve/deployments/ID/schedules/1 {"catch_up":"latest"}`}, ""},
		"a schedule that is not there": {config.Flow{Name: "f", Schedules: []config.Schedule{{Slug: "night", CatchUp: "latest"}}},
			[]string{`GET /api/reeve/deployments/ID/schedules`}, `set what schedules of f catch up: the deployment has no schedule "night"`},
		"agreements": {config.Flow{SLAs: []config.SLA{{Name: "a", Duration: minutes(30), Severity: "high"}, {Name: "b", StaleAfter: minutes(60)}, {Name: "c", Within: minutes(1)}}},
			[]string{`POST /api/slas/apply-resource-slas/prefect.deployment.ID [{"duration":1800,"name":"a","severity":"high"},{"name":"b","stale_after":3600},{"name":"c","within":60}]`}, ""},
		"no agreements any more": {config.Flow{SLAs: []config.SLA{}}, []string{`POST /api/slas/apply-resource-slas/prefect.deployment.ID []`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, body)))
				w.Header().Set("Content-Type", "application/json")
				if err := json.NewEncoder(w).Encode([]map[string]any{{"id": "1", "slug": "morning"}, {"id": "2", "slug": "evening", "catch_up": "none"}, {"id": "3", "slug": nil}}); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			r := &running{api: client.New(server.URL+"/api", "")}
			err := r.agree(t.Context(), c.flow, "ID")
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || err.Error() != c.fails) {
				t.Errorf("it fails with %v, want %q", err, c.fails)
			}
			if !slices.Equal(asked, c.asked) {
				t.Errorf("the server was asked %q, want %q", asked, c.asked)
			}
		})
	}
}
