package orchestration

import (
	"math"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

func pointer[T any](v T) *T { return &v }

// seconds makes a length of time, to the microsecond.
func seconds(s float64) time.Duration {
	return time.Duration(math.Round(s*1e6)) * time.Microsecond
}

func (r *FlowRun) resuming() bool { return r.Policy.Resuming != nil && *r.Policy.Resuming }

func (t *transition) setPolicy(p prefect.FlowRunPolicy) { t.flow.Policy, t.dirty = p, true }

func (t *transition) setResuming(on bool) { t.flow.Policy.Resuming, t.dirty = &on, true }

func (t *transition) setRetryType(r *prefect.RetryType) { t.flow.Policy.RetryType, t.dirty = r, true }

// forgetPauses makes the run one that has not paused yet.
func (t *transition) forgetPauses(retry *prefect.RetryType) {
	t.setResuming(false)
	t.setRetryType(retry)
	t.flow.Policy.PauseKeys = &prefect.StringSet{}
}

func (t *transition) addPauseKey(key string) {
	keys := prefect.StringSet{}
	if t.flow.Policy.PauseKeys != nil {
		keys = *t.flow.Policy.PauseKeys
	}
	t.flow.Policy.PauseKeys, t.dirty = pointer(keys.With(key)), true
}
