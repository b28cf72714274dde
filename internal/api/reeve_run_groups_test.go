package api

import (
	"fmt"
	"slices"
	"testing"
)

// orderOf gives the names of rows in their order.
func orderOf(rows []object) []string {
	all := []string{}
	for _, row := range rows {
		all = append(all, fmt.Sprint(row["name"]))
	}
	return all
}

// furnishRuns makes runs of two flows: slow runs for as long as quick and more, bare fails
// without having run. It gives a length of time between those of slow and quick.
func furnishRuns(t *testing.T) (s scene, between float64) {
	s = newScene(t, object{"name": "p", "type": "process"})
	made := func(name string, body object) string {
		body["name"], body["state"] = name, object{"type": "SCHEDULED"}
		return s.made("/deployments/"+s.deployment+"/create_flow_run", body)
	}
	slow := made("slow", object{"parameters": object{"video": "cat.mp4"}, "tags": []string{"a"}})
	s.force(slow, object{"type": "RUNNING"})
	quick := made("quick", object{"parameters": object{"video": "Holiday.mp4"}, "tags": []string{"a", "b"}})
	s.force(quick, object{"type": "RUNNING"})
	s.force(quick, object{"type": "COMPLETED"})
	s.force(slow, object{"type": "COMPLETED"})
	other := s.made("/flows/", object{"name": "other"})
	bare := s.made("/flow_runs/", object{"flow_id": other, "name": "bare", "state": object{"type": "PENDING"}})
	s.force(bare, object{"type": "FAILED"})
	var took [2]struct {
		Seconds float64 `json:"total_run_time"`
	}
	for i, id := range []string{quick, slow} {
		s.ask(t, "GET", "/flow_runs/"+id, nil, &took[i])
	}
	return s, (took[0].Seconds + took[1].Seconds) / 2
}

func TestRunsAreNarrowedAndSortedByWhatNoIndexHas(t *testing.T) {
	s, between := furnishRuns(t)
	for name, test := range map[string]struct {
		body object
		want []string
	}{
		"long ones":             {object{"at_least": between}, []string{"slow"}},
		"short ones":            {object{"at_most": 0}, []string{"bare"}},
		"between":               {object{"at_least": 1e-6, "at_most": between}, []string{"quick"}},
		"beyond all":            {object{"at_least": 1e300}, []string{}},
		"a part of parameters":  {object{"parameters": "holiday"}, []string{"quick"}},
		"percent is no pattern": {object{"parameters": "%"}, []string{}},
		"the longest first":     {object{"order": "DURATION_DESC"}, []string{"slow", "quick", "bare"}},
		"the shortest first":    {object{"order": "DURATION_ASC"}, []string{"bare", "quick", "slow"}},
		"by flow":               {object{"order": "FLOW_DESC", "at_least": 0}, []string{"bare"}},
		"by state":              {object{"order": "STATE_DESC"}, []string{"bare"}},
		"by name":               {object{"order": "NAME_ASC"}, []string{"bare", "quick", "slow"}},
	} {
		var got rowsAnswer
		if code := s.ask(t, "POST", "/reeve/flow_runs/rows", object{"narrow": test.body, "sort": "START_TIME_DESC"}, &got); code != 200 {
			t.Errorf("%s: %d", name, code)
			continue
		}
		if order := orderOf(got.Rows); !slices.Equal(order[:min(len(order), len(test.want))], test.want) || len(test.want) == 0 && got.Count != 0 {
			t.Errorf("%s: %v of %d, want %v", name, order, got.Count, test.want)
		}
	}
	var got rowsAnswer
	s.ask(t, "POST", "/reeve/flow_runs/rows", object{"narrow": object{"order": "DURATION_DESC"}, "limit": 1, "offset": 1, "flow_runs": object{"tags": object{"all_": []string{"a"}}}}, &got)
	if !slices.Equal(orderOf(got.Rows), []string{"quick"}) || got.Count != 2 {
		t.Errorf("the second of those with a tag: %v of %d", got.Rows, got.Count)
	}
	for _, body := range []object{{"order": "RANDOM"}, {"at_least": -1}, {"parameters": longText(201)}, {"other": 1}} {
		if code := s.ask(t, "POST", "/reeve/flow_runs/rows", object{"narrow": body}, nil); code != 422 {
			t.Errorf("%v: %d", body, code)
		}
	}
	if code := s.ask(t, "POST", "/reeve/task_runs/rows", object{"sort": "DURATION_DESC"}, nil); code != 200 {
		t.Errorf("task runs by their duration: %d", code)
	}
}

func TestRunsAreGrouped(t *testing.T) {
	s, between := furnishRuns(t)
	for by, want := range map[string][]string{"flow": {"f 2", "other 1"}, "deployment": {"f/d 2", " 1"}, "tag": {"a 2", " 1", "b 1"}} {
		var got struct {
			Rows []struct {
				ID     *string
				Name   string
				Runs   int
				Mean   float64
				Last   *string
				States []object
			}
			Count int
		}
		if code := s.ask(t, "POST", "/reeve/flow_runs/groups", object{"by": by}, &got); code != 200 {
			t.Fatalf("%s: %d", by, code)
		}
		groups := []string{}
		for _, row := range got.Rows {
			groups = append(groups, fmt.Sprint(row.Name, " ", row.Runs))
			if row.Last == nil || len(row.States) == 0 || (row.ID != nil) != (by != "tag" && row.Name != "") {
				t.Errorf("%s: %+v", by, row)
			}
		}
		if !slices.Equal(groups, want) || got.Count != len(want) {
			t.Errorf("by %s: %q of %d, want %q", by, groups, got.Count, want)
		}
		if mean := got.Rows[0].Mean; mean <= between/2 || mean > 2*between {
			t.Errorf("by %s: they took %g s on average", by, mean)
		}
	}
	if code := s.ask(t, "POST", "/reeve/flow_runs/groups", object{"by": "colour"}, nil); code != 422 {
		t.Errorf("by colour: %d", code)
	}
}
