package store_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// small are the tables, under all their names, that do not grow with history, and what
// lists of arguments are read as.
var small = []string{"flow", "deployment", "work_queue", "work_pool", "of_pool", "of_flow", "its_flow", "json_each", "every", "have", "member", "label", "page", "CONSTANT", "(subquery-1)", "(subquery-2)", "(subquery-3)",
	"own", "others", "near", "nearest", "one", "kept", "looked", "found", "tag"}

var scanned = regexp.MustCompile(`^SCAN (\S+)(.*)$`)

// unbounded are the steps of a plan that read a table that grows from its beginning to its
// end, or sort what was found in it. A walk by an index ends when the page is full; of
// what is gathered, a few thousand are sorted.
func unbounded(p store.Plan) (found []string) {
	inner := map[int]bool{} // the steps that find the page
	for _, s := range p.Steps {
		if strings.HasPrefix(s.Text, "CO-ROUTINE") || strings.HasPrefix(s.Text, "MATERIALIZE") || strings.HasPrefix(s.Text, "LIST SUBQUERY") || inner[s.Parent] {
			inner[s.ID] = true
		}
		if m := scanned.FindStringSubmatch(s.Text); m != nil && !slices.Contains(small, m[1]) {
			if walks := p.Walks && strings.Contains(m[2], "USING") && strings.Contains(m[2], "INDEX"); !walks {
				found = append(found, s.Text)
			}
		}
		if p.Walks && inner[s.ID] && strings.Contains(s.Text, "TEMP B-TREE FOR ORDER BY") {
			found = append(found, s.Text)
		}
	}
	return found
}

// excused are the plans that do read or sort without a bound: filter, order, why.
var excused = []struct{ filter, sort, why string }{
	{"", "NEXT_SCHEDULED_START_TIME_ASC", "only runs that are scheduled have that time, and whoever asks for it asks for them: gathered by state. " +
		"In this order all others come first, in none of their own"},
	{"", "DURATION_ASC", "a duration changes while a task runs; no page of the interface asks for it but within one flow run"},
	{"", "DURATION_DESC", "as DURATION_ASC"},
}

func isExcused(filter, sort string) bool {
	for _, e := range excused {
		if (e.filter == "" || e.filter == filter) && e.sort == sort {
			return true
		}
	}
	return false
}

const someID = "6b1d0c62-0f3c-4c3a-9c7e-2d8f3b1f4c11"

// runFilterCases are filters that pages, commands and workers send, and those of each field.
var runFilterCases = []string{
	`{}`,
	`{"flows": {"name": {"any_": ["a"]}}}`,
	`{"flows": {"name": {"any_": ["a", "b"]}, "tags": {"all_": ["x"]}}}`,
	`{"flows": {"id": {"any_": ["ID"]}}, "flow_runs": {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}}`,
	`{"deployments": {"name": {"like_": "a"}}}`,
	`{"deployments": {"id": {"any_": ["ID"]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "next_scheduled_start_time": {"before_": "2026-01-01T00:00:00Z"}}}`,
	`{"work_pools": {"name": {"any_": ["a"]}}}`,
	`{"work_pool_queues": {"name": {"startswith_": ["a"]}}, "work_pools": {"type": {"any_": ["process"]}}}`,
	`{"flow_runs": {"id": {"any_": ["ID", "ID"]}}}`,
	`{"flow_runs": {"id": {"any_": ["ID"]}}}`,
	`{"flow_runs": {"id": {"any_": []}}}`,
	`{"flow_runs": {"name": {"any_": ["a"]}}}`,
	`{"flow_runs": {"name": {"like_": "a"}}}`,
	`{"flow_runs": {"tags": {"all_": ["a", "b"]}}}`,
	`{"flow_runs": {"tags": {"any_": ["a", "b"]}}}`,
	`{"flow_runs": {"deployment_id": {"any_": ["ID"]}}}`,
	`{"flow_runs": {"deployment_id": {"any_": []}}}`,
	`{"flow_runs": {"deployment_id": {"any_": ["ID"]}, "start_time": {"before_": "2026-01-01T00:00:00Z"}}}`,
	`{"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}`,
	`{"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}}}`,
	`{"flow_runs": {"state": {"name": {"any_": ["Late"]}}}}`,
	`{"flow_runs": {"state": {"operator": "or_", "type": {"any_": ["FAILED"]}, "name": {"any_": ["Late"]}}}}`,
	`{"flow_runs": {"start_time": {"after_": "2025-01-01T00:00:00Z", "before_": "2025-01-02T00:00:00Z"}}}`,
	`{"flow_runs": {"expected_start_time": {"after_": "2025-01-01T00:00:00Z", "before_": "2025-01-02T00:00:00Z"}}}`,
	`{"flow_runs": {"end_time": {"after_": "2025-01-01T00:00:00Z"}}}`,
	`{"flow_runs": {"parent_flow_run_id": {"any_": ["ID"]}}}`,
	`{"flow_runs": {"parent_task_run_id": {"any_": ["ID"]}}}`,
	`{"flow_runs": {"parent_task_run_id": {"is_null_": false}}}`,
	`{"flow_runs": {"parent_task_run_id": {"is_null_": true}}}`,
	`{"flow_runs": {"created_by": {"type_": ["SCHEDULE"]}}}`,
	`{"flow_runs": {"created_by": {"is_null_": true}}}`,
	`{"flow_runs": {"operator": "or_", "name": {"any_": ["a"]}, "id": {"any_": ["ID"]}}}`,
	`{"task_runs": {"state": {"type": {"any_": ["FAILED"]}}}}`,
	`{"task_runs": {"id": {"any_": ["ID"]}}}`,
	`{"task_runs": {"name": {"any_": ["a"]}}}`,
	`{"task_runs": {"name": {"like_": "a"}}}`,
	`{"task_runs": {"tags": {"all_": ["a"]}}}`,
	`{"task_runs": {"state": {"name": {"any_": ["Failed"]}}}}`,
	`{"task_runs": {"flow_run_id": {"any_": ["ID"]}}}`,
	`{"task_runs": {"flow_run_id": {"is_null_": true}}}`,
	`{"task_runs": {"subflow_runs": {"exists_": true}}}`,
	`{"task_runs": {"start_time": {"after_": "2025-01-01T00:00:00Z"}}, "flow_runs": {"start_time": {"after_": "2025-01-01T00:00:00Z"}}}`,
	`{"task_runs": {"expected_start_time": {"after_": "2025-01-01T00:00:00Z", "before_": "2025-01-02T00:00:00Z"}}, "flows": {"name": {"any_": ["a"]}}}`,
	`{"task_runs": {"end_time": {"before_": "2025-01-02T00:00:00Z"}}}`,
}

func decodeFilters(t *testing.T, text string, into any) {
	t.Helper()
	value, err := pyjson.Parse([]byte(strings.ReplaceAll(text, "ID", someID)))
	if err != nil {
		t.Fatal(err)
	}
	if issues := decode.Into(value, into); len(issues) > 0 {
		t.Fatalf("%s: %v", text, issues)
	}
}

// TestRunsAreFoundWithinBounds: whatever the filter and the order, no query reads all runs
// there are for a page, or sorts more of them than are known to be few.
func TestRunsAreFoundWithinBounds(t *testing.T) {
	s, _ := openStore(t)
	view(t, s, func(tx *store.Tx) error {
		for _, text := range runFilterCases {
			var b filterBody
			decodeFilters(t, text, &b)
			for _, sort := range append(store.FlowRunSorts(), "") {
				plans, err := tx.FlowRunPlans(b.filters(), sort)
				checkPlans(t, "flow runs", text, string(sort), plans, err)
			}
			for _, sort := range append(store.TaskRunSorts(), "") {
				plans, err := tx.TaskRunPlans(b.filters(), sort)
				checkPlans(t, "task runs", text, string(sort), plans, err)
			}
		}
		return nil
	})
}

// TestRunsAreNarrowedWithinBounds is TestRunsAreFoundWithinBounds for rows that are narrowed or grouped: the
// newest of a filter are looked at, and nothing but these is sorted.
func TestRunsAreNarrowedWithinBounds(t *testing.T) {
	s, _ := openStore(t)
	view(t, s, func(tx *store.Tx) error {
		for i, text := range runFilterCases {
			var b filterBody
			decodeFilters(t, text, &b)
			orders := []store.RunOrder{"DURATION_DESC"}
			if i == 0 {
				orders = nil
				for _, order := range store.RunOrder("").Values() {
					orders = append(orders, store.RunOrder(order))
				}
			}
			plans, err := tx.NarrowedPlans(b.filters(), orders)
			checkPlans(t, "narrowed runs", text, "", plans, err)
		}
		return nil
	})
}

func checkPlans(t *testing.T, what, filter, sort string, plans []store.Plan, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s %s %s: %v", what, filter, sort, err)
		return
	}
	if len(plans) == 0 {
		t.Errorf("%s %s %s: no plan", what, filter, sort)
	}
	for _, p := range plans {
		if bad := unbounded(p); len(bad) > 0 && !isExcused(filter, sort) {
			t.Errorf("%s %s, sorted by %q: %q in the plan of\n%s", what, filter, sort, bad, p.Query)
		}
	}
}

// TestLogsAndEventsAreFoundWithinBounds is TestRunsAreFoundWithinBounds for what runs tell.
func TestLogsAndEventsAreFoundWithinBounds(t *testing.T) {
	s, _ := openStore(t)
	view(t, s, func(tx *store.Tx) error {
		for _, text := range []string{`{}`, `{"level": {"ge_": 40}}`, `{"flow_run_id": {"any_": ["ID"]}}`, `{"task_run_id": {"any_": ["ID"]}}`,
			`{"timestamp": {"after_": "2025-01-01T00:00:00Z"}}`, `{"text": {"query": "a"}}`, `{"flow_run_id": {"any_": ["ID"]}, "text": {"query": "a"}, "level": {"ge_": 20}}`} {
			var f prefect.LogFilter
			decodeFilters(t, text, &f)
			for _, sort := range []prefect.LogSort{prefect.LogTimestampDesc, "TIMESTAMP_ASC"} {
				plans, err := tx.LogPlans(&f, sort)
				checkPlans(t, "logs", text, string(sort), plans, err)
			}
		}
		for _, text := range []string{`{}`, `{"event": {"name": ["a"]}}`, `{"event": {"prefix": ["a."]}}`, `{"resource": {"id": ["r"]}}`, `{"resource": {"id_prefix": ["r"]}}`,
			`{"related": [{"id": ["r"]}]}`, `{"any_resource": [{"id": ["r"]}]}`, `{"any_resource": [{"id_prefix": ["r"]}]}`, `{"id": {"id": ["ID"]}}`, `{"text": {"query": "a"}}`} {
			var f prefect.EventFilter
			decodeFilters(t, text, &f)
			f.Resolve(start)
			plans, err := tx.EventPlans(&f)
			checkPlans(t, "events", text, "", plans, err)
			plans, err = tx.EventCountPlans(&f)
			checkPlans(t, "counts of events", text, "", plans, err)
		}
		plans, err := tx.StuckPlans()
		checkPlans(t, "stuck runs", "", "", plans, err)
		plans, err = tx.RunEventPlans(uuid.MustParse(someID))
		checkPlans(t, "events of a run", "", "", plans, err)
		plans, err = tx.RunResultPlans(uuid.MustParse(someID))
		checkPlans(t, "results of a run", "", "", plans, err)
		return nil
	})
}

// TestEventsOfAResourceAreNotGathered: those that it is the primary resource of and those that it is
// related to are merged as they are read, so that a page reads no more than it shows.
func TestEventsOfAResourceAreNotGathered(t *testing.T) {
	s, _ := openStore(t)
	view(t, s, func(tx *store.Tx) error {
		for _, text := range []string{`{"any_resource": [{"id": ["r"]}]}`, `{"any_resource": [{"id": ["r", "s", "t"]}]}`, `{"related": [{"id": ["r"]}]}`, `{"resource": {"id": ["r"]}}`} {
			var f prefect.EventFilter
			decodeFilters(t, text, &f)
			f.Resolve(start)
			plans, err := tx.EventPlans(&f)
			if err != nil {
				return err
			}
			for _, p := range plans {
				inner := map[int]bool{} // what finds the keys; the events of a page are put in order afterwards
				for _, step := range p.Steps {
					if inner[step.Parent] || strings.HasPrefix(step.Text, "CO-ROUTINE") || strings.HasPrefix(step.Text, "MERGE") {
						inner[step.ID] = true
						if strings.Contains(step.Text, "TEMP B-TREE") {
							t.Errorf("%s: %q in the plan of\n%s", text, step.Text, p.Query)
						}
					}
				}
			}
		}
		return nil
	})
}

// TestWhatIsOldIsFoundWithinBounds is TestRunsAreFoundWithinBounds for retention, which asks
// whenever a service looks for what is due: nothing is sorted at all.
func TestWhatIsOldIsFoundWithinBounds(t *testing.T) {
	s, _ := openStore(t)
	view(t, s, func(tx *store.Tx) error {
		plans, err := tx.RetentionPlans()
		checkPlans(t, "retention", "", "", plans, err)
		for _, p := range plans {
			for _, step := range p.Steps {
				if strings.Contains(step.Text, "TEMP B-TREE") {
					t.Errorf("%q in the plan of\n%s", step.Text, p.Query)
				}
			}
		}
		return nil
	})
}

// TestUnboundedPlansAreSeen: the check finds what it looks for.
func TestUnboundedPlansAreSeen(t *testing.T) {
	for _, one := range []struct {
		walks bool
		steps string
		want  int
	}{
		{true, `[{"ID":1,"Text":"SCAN flow_run"}]`, 1},
		{true, `[{"ID":1,"Text":"SCAN flow_run USING COVERING INDEX flow_run_start"}]`, 0},
		{false, `[{"ID":1,"Text":"SCAN flow_run USING COVERING INDEX flow_run_start"}]`, 1},
		{true, `[{"ID":1,"Text":"CO-ROUTINE page"},{"ID":2,"Parent":1,"Text":"SEARCH flow_run USING INDEX flow_run_by_state (state_type=?)"},{"ID":3,"Parent":1,"Text":"USE TEMP B-TREE FOR ORDER BY"}]`, 1},
		{true, `[{"ID":1,"Text":"CO-ROUTINE page"},{"ID":2,"Text":"USE TEMP B-TREE FOR ORDER BY"}]`, 0},
		{true, `[{"ID":1,"Text":"SCAN flow"}]`, 0},
	} {
		p := store.Plan{Walks: one.walks}
		if err := json.Unmarshal([]byte(one.steps), &p.Steps); err != nil {
			t.Fatal(err)
		}
		if got := unbounded(p); len(got) != one.want {
			t.Errorf("%s: found %q, want %d", one.steps, got, one.want)
		}
	}
}
