package orchestration

import "github.com/reevehq/reeve/internal/prefect"

// TestHook is a hook of a rule made for a test.
type TestHook func(TestTransition) error

// TestTransition is a transition as a rule made for a test sees it.
type TestTransition struct{ t *transition }

// The outcomes that rules decide.
func (t TestTransition) Reject(s *prefect.State, reason string) error { return t.t.reject(s, reason) }
func (t TestTransition) Abort(reason string)                          { t.t.abort(reason) }
func (t TestTransition) Delay(seconds int, reason string)             { t.t.delay(seconds, reason) }
func (t TestTransition) Proposed() *prefect.State                     { return t.t.proposed }
func (t TestTransition) NewState(s prefect.StateType) *prefect.State  { return t.t.state(s) }

type testHooks struct{ onBefore, onAfter, onCleanup TestHook }

func (h testHooks) before(t *transition) error  { return h.onBefore.call(t) }
func (h testHooks) after(t *transition) error   { return h.onAfter.call(t) }
func (h testHooks) cleanup(t *transition) error { return h.onCleanup.call(t) }

func (h TestHook) call(t *transition) error {
	if h == nil {
		return nil
	}
	return h(TestTransition{t})
}

// MakeRule makes a rule of hooks.
func MakeRule(name string, from, to []prefect.StateType, before, after, cleanup TestHook) rule {
	return rule{name: name, from: only(from...), to: only(to...),
		start: func() hooks { return testHooks{before, after, cleanup} }}
}

// MakeTransform makes a transform of hooks.
func MakeTransform(name string, before, after TestHook) rule {
	return transform(name, func() hooks { return testHooks{before, after, nil} })
}

// Names are the names of a policy's rules in order.
func (p Policy) Names() []string {
	names := make([]string, len(p))
	for i, r := range p {
		names[i] = r.name
	}
	return names
}
