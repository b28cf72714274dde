package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var logsCases = []Case{
	{"logs are found by words, phrases, exclusions and required words, whatever their case", logsFoundByText},
	{"the logs of a run come by their time, and those of one time as they were added", logsOfOneRunComeInOrder},
	{"a follower of the logs reads each once", logsAfterAPlace},
}

func logLines(messages ...string) []prefect.LogCreate {
	lines := make([]prefect.LogCreate, len(messages))
	for i, m := range messages {
		lines[i] = prefect.LogCreate{Name: "prefect.flow_runs", Level: 10 * (i + 1), Message: m, Timestamp: prefect.At(Start.Add(time.Duration(i) * time.Second))}
	}
	return lines
}

func logsFoundByText(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	update(t, s, func(tx *store.Tx) error {
		return tx.CreateLogs(logLines("Connection timeout", `say "quoted words"`, "100% done_with", "größer"))
	})
	for query, want := range map[string][]int{
		"":                         {0, 1, 2, 3},
		"TIMEOUT":                  {0},
		"timeout words":            {0, 1},
		`"quoted words"`:           {1},
		`"\"quoted"`:               {1},
		"-timeout -quoted":         {2, 3},
		"+done_with +100%":         {2},
		"+done_with +timeout":      nil,
		"doneXwith":                nil,
		"%":                        {2},
		"flow_runs":                {0, 1, 2, 3},
		`"timeout prefect"`:        {0},
		"größer":                   {3},
		"prefect +größer -nothing": {3},
	} {
		view(t, s, func(tx *store.Tx) error {
			found, err := tx.FilterLogs(&prefect.LogFilter{Text: &prefect.TextQuery{Query: query}}, prefect.LogTimestampAsc, prefect.Page{Limit: 10})
			var got []int
			for _, l := range found {
				got = append(got, l.Level/10-1)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", query, got, want)
			}
			return err
		})
	}
}

func logsOfOneRunComeInOrder(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	run := uuid.New()
	lines := logLines("a", "b", "c")
	for i := range lines {
		lines[i].FlowRunID, lines[i].Timestamp = &run, prefect.At(Start)
	}
	update(t, s, func(tx *store.Tx) error { return tx.CreateLogs(append(lines, logLines("other")...)) })
	view(t, s, func(tx *store.Tx) error {
		for sort, want := range map[prefect.LogSort]string{prefect.LogTimestampAsc: "abc", prefect.LogTimestampDesc: "cba"} {
			found, err := tx.FilterLogs(&prefect.LogFilter{FlowRunID: &prefect.AnyID{Any: []uuid.UUID{run}}}, sort, prefect.Page{Limit: 10})
			if err != nil {
				return err
			}
			got := ""
			for _, l := range found {
				got += l.Message
			}
			if got != want {
				t.Errorf("%s: %s", sort, got)
			}
		}
		return nil
	})
}

func logsAfterAPlace(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	read := func(place int64, limit int) (messages string, next int64) {
		view(t, s, func(tx *store.Tx) error {
			page, to, err := tx.LogsAfter(place, limit)
			for _, l := range page {
				messages += l.Message
			}
			next = to
			return err
		})
		return messages, next
	}
	if got, place := read(0, 10); got != "" || place != 0 {
		t.Errorf("%q %d", got, place)
	}
	update(t, s, func(tx *store.Tx) error { return tx.CreateLogs(logLines("a", "b", "c")) })
	got, place := read(0, 2)
	if got != "ab" {
		t.Error(got)
	}
	if got, place = read(place, 2); got != "c" {
		t.Error(got)
	}
	if got, _ := read(place, 2); got != "" {
		t.Error(got)
	}
}
