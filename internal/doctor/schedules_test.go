package doctor

import (
	"testing"
	"time"
)

func TestSchedules(t *testing.T) {
	aside := object{"id": "s1", "deployment_id": "d1", "deployment_name": "nightly", "flow_name": "report",
		"reason": "computing the times of the schedule exceeds the limit of steps (2000000)", "since": ago(3 * time.Minute)}
	for name, test := range map[string]struct {
		server answers
		want   finding
	}{
		"none":          {answers{"GET /reeve/schedules/set_aside": []any{}}, finding{OK, "no schedule is set aside", ""}},
		"one":           {answers{"GET /reeve/schedules/set_aside": []any{aside}}, finding{Fail, "1 schedule is set aside; the first is of report/nightly, since 3 min: computing the times", "prefect deployment schedule delete report/nightly s1"}},
		"Prefect's own": {answers{}, finding{Skipped, "the server does not say", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			situation{server: well.with(test.server)}.expect(t, "schedules", test.want)
		})
	}
}
