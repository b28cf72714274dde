// Package doctor looks an installation over and says what is wrong with it and
// what to do next: one file for each group of checks.
//
// A check looks and changes nothing. It is given an Exam, which holds what is
// configured and how to ask the server and this machine, and returns findings:
// what was found, how bad it is, and the next step as one line with a command.
// When the server is down the checks of this machine are made all the same; a
// server that sleeps is woken and that is no fault.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	OK      Severity = "ok"
	Warn    Severity = "warn"
	Fail    Severity = "fail"
	Skipped Severity = "skipped" // it could not be looked at, or there is nothing to look at
)

// Finding is what a check found.
type Finding struct {
	// Check is the name of the check, in kebab case.
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	// Found is a sentence without its full stop.
	Found string `json:"found"`
	// Next is the next step, one line with a command; "" when there is none.
	Next string `json:"next,omitempty"`
}

// Report is everything that was found.
type Report struct {
	URL      string    `json:"url"`
	Healthy  bool      `json:"healthy"` // nothing failed
	Failures int       `json:"failures"`
	Warnings int       `json:"warnings"`
	Findings []Finding `json:"findings"`
}

// check is one thing to look at.
type check struct {
	name string
	// asks tells that it needs a server that answers and accepts the password.
	asks bool
	run  func(context.Context, *Exam) []Finding
}

// checks are made at once and reported in this order: what keeps a server from
// starting first, then what is seen of it, then what runs on it.
var checks = []check{
	{"configuration", false, checkConfiguration},
	{"secrets", false, checkSecrets},
	{"server", false, checkServer},
	{"password", false, checkPassword},
	{"exposure", false, checkExposure},
	{"port", false, checkPort},
	{"database", false, checkDatabase},
	{"disk", false, checkDisk},
	{"memory", false, checkMemory},
	{"versions", false, checkVersions},
	{"python", false, checkPython},
	{"clock", false, checkClock},
	{"websocket", true, checkWebsocket},
	{"worker-address", false, checkWorkerAddress},
	{"pools", true, checkPools},
	{"workers", true, checkWorkers},
	{"task-workers", true, checkTaskWorkers},
	{"late-runs", true, checkLateRuns},
	{"stuck-runs", true, checkStuckRuns},
	{"flow-limits", true, checkFlowLimits},
	{"schedules", true, checkSchedules},
	{"gateway", false, checkGateway},
	{"webhooks", false, checkWebhooks},
	{"sleep", true, checkSleep},
	{"backup", true, checkBackup},
	{"retention", false, checkRetention},
}

// Run makes every check.
func Run(ctx context.Context, e *Exam) Report {
	e.meet(ctx)
	found := make([][]Finding, len(checks))
	var running sync.WaitGroup
	for i, c := range checks {
		running.Go(func() { found[i] = e.make(ctx, c) })
	}
	running.Wait()
	report := Report{URL: e.URL, Healthy: true, Findings: []Finding{}}
	for i, c := range checks {
		for _, f := range found[i] {
			f.Check = c.name
			report.add(f)
		}
	}
	return report
}

func (r *Report) add(f Finding) {
	switch f.Severity {
	case Fail:
		r.Failures++
		r.Healthy = false
	case Warn:
		r.Warnings++
	}
	r.Findings = append(r.Findings, f)
}

func (e *Exam) make(ctx context.Context, c check) []Finding {
	if c.asks && !e.met.answers {
		return skipped("not looked at, because the server does not answer")
	}
	if c.asks && !e.met.accepts {
		return skipped("not looked at, because the server does not accept the password")
	}
	return c.run(ctx, e)
}

func one(severity Severity, next, format string, args ...any) []Finding {
	if severity == Skipped || severity == OK {
		next = "" // nothing is wrong
	}
	return []Finding{{Severity: severity, Next: next, Found: sentence(fmt.Sprintf(format, args...))}}
}

// sentence is a text, which may be an error of another program, on one line and
// without its full stop.
func sentence(text string) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".")
}

func ok(format string, args ...any) []Finding { return one(OK, "", format, args...) }

func skipped(format string, args ...any) []Finding { return one(Skipped, "", format, args...) }

// unasked is the finding when a question to the server failed.
func unasked(err error) []Finding {
	return one(Warn, "reeve status", "the server could not be asked: %v", err)
}
