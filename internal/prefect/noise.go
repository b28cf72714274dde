package prefect

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// NoiseGroup is what messages of an automation are gathered by.
type NoiseGroup string

// The groups, besides the automation as a whole.
const (
	ByFlow       NoiseGroup = "flow"
	ByDeployment NoiseGroup = "deployment"
)

// Values implements decode.Enum.
func (NoiseGroup) Values() []string { return []string{string(ByFlow), string(ByDeployment)} }

// Noise says which of an automation's notifications are sent, and when. Without any
// setting each is sent at once.
type Noise struct {
	// GroupBy is what messages are gathered by; nil for the automation as a whole.
	GroupBy *NoiseGroup `json:"group_by"`
	// Repeat is the least time between two messages of a group.
	Repeat *Seconds `json:"repeat"`
	// Quiet are hours in which nothing is sent, as ParseQuietHours reads them, by the
	// clocks of Timezone.
	Quiet    []string `json:"quiet"`
	Timezone *string  `json:"timezone"`
	// Settle is how long the message of a failed run waits, lest the run is retried.
	Settle *Seconds `json:"settle"`
	// Resolved has it told when what was told of is over.
	Resolved bool `json:"resolved"`
}

// Defaults implements decode.Defaulter.
func (n *Noise) Defaults() { n.Quiet = []string{} }

// The bounds of settings. What was sent is kept for 7 days, by which the next message of
// its group is counted.
const (
	leastRepeat, mostRepeat = time.Minute, 7 * 24 * time.Hour
	leastSettle, mostSettle = time.Second, 24 * time.Hour
	mostQuiet               = 10
)

// Off reports whether nothing is set.
func (n *Noise) Off() bool {
	return n == nil || n.GroupBy == nil && n.Repeat == nil && len(n.Quiet) == 0 && n.Settle == nil && !n.Resolved
}

// Check implements decode.Checker.
func (n *Noise) Check(in pyjson.Value, at *decode.At) {
	below := func(name string, problem string) {
		value, _ := in.Get(name)
		at.Key(name).ValueError(problem, value)
	}
	if n.Repeat != nil && (time.Duration(*n.Repeat) < leastRepeat || time.Duration(*n.Repeat) > mostRepeat) {
		below("repeat", "repeat must be at least 60 seconds and at most 7 days; leave it out to send all messages")
	}
	if n.Settle != nil && (time.Duration(*n.Settle) < leastSettle || time.Duration(*n.Settle) > mostSettle) {
		below("settle", "settle must be at least 1 second and at most 1 day; leave it out to wait for no retry")
	}
	if n.GroupBy != nil && n.Repeat == nil && len(n.Quiet) == 0 && !n.Resolved {
		below("group_by", "group_by has no effect without repeat, quiet or resolved")
	}
	n.checkQuiet(below)
}

func (n *Noise) checkQuiet(below func(name, problem string)) {
	if len(n.Quiet) > mostQuiet {
		below("quiet", fmt.Sprintf("there are at most %d quiet hours, these are %d", mostQuiet, len(n.Quiet)))
		return
	}
	var all []QuietHours
	for _, text := range n.Quiet {
		q, err := ParseQuietHours(text)
		if err != nil {
			below("quiet", err.Error())
			return
		}
		all = append(all, q)
	}
	switch {
	case len(all) > 0 && n.Timezone == nil:
		below("timezone", `quiet hours need the time zone whose clocks they are read from, like "Europe/Berlin"`)
	case len(all) == 0 && n.Timezone != nil:
		below("timezone", "timezone has no effect without quiet")
	case n.Timezone != nil && !zones.Known(*n.Timezone):
		below("timezone", fmt.Sprintf("there is no time zone named %.100q", *n.Timezone))
	case len(all) > 0 && alwaysQuiet(all):
		below("quiet", "the quiet hours leave no time in which a message could be sent")
	}
}
