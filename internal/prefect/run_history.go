package prefect

import "time"

// History is what runs did in one interval, by state.
type History struct {
	IntervalStart Time           `json:"interval_start"`
	IntervalEnd   Time           `json:"interval_end"`
	States        []HistoryState `json:"states"`
}

// HistoryState counts the runs of one state in an interval. Sums leave out what
// is negative.
type HistoryState struct {
	StateType            StateType `json:"state_type"`
	StateName            string    `json:"state_name"`
	CountRuns            int       `json:"count_runs"`
	SumEstimatedRunTime  Seconds   `json:"sum_estimated_run_time"`
	SumEstimatedLateness Seconds   `json:"sum_estimated_lateness"`
}

// mostIntervals bounds a history.
const mostIntervals = 500

// Intervals cuts the time from start to end into intervals of a length, at most
// 500 of them, the last one whole.
func Intervals(start, end time.Time, length time.Duration) []History {
	elapsed := end.Sub(start)
	if elapsed <= 0 {
		return []History{}
	}
	count := int(min((elapsed-1)/length+1, mostIntervals))
	all := make([]History, count)
	for i := range all {
		all[i] = History{
			IntervalStart: At(start.Add(time.Duration(i) * length)),
			IntervalEnd:   At(start.Add(time.Duration(i+1) * length)),
			States:        []HistoryState{},
		}
	}
	return all
}
