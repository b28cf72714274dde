package actions

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

// message is what is said with the action's subject and body: that alone, or with what
// other messages would have said, or that it is over.
func (a *act) message(subject, body string) notify.Message {
	m := notify.Message{Subject: subject, Body: body, Key: a.ID.String(), Incident: a.incident(), Resolved: a.Firing != nil && a.Firing.IsOver()}
	if a.Gathered != nil {
		m.Subject, m.Body = headline(a.Gathered, a.Automation.Name), a.summary(subject, body)
	}
	if a.Resolution != nil {
		m.Subject, m.Body, m.Resolved = "Resolved: "+cmp.Or(m.Subject, a.Automation.Name), a.ended(m.Body), true
	}
	return m
}

// incident is what services that keep incidents gather the messages of this action
// by: what is resolved later is the incident that was raised before.
func (a *act) incident() string {
	text := a.Automation.ID.String()
	if strings.Contains(a.Incident, ".") { // the incident of a flow, a deployment or a run
		return text + "/" + a.Incident
	}
	for _, value := range labels(a.Labels).Keys {
		text += "/" + a.Labels[value]
	}
	return text
}

// ended says what made an end of what body told of.
func (a *act) ended(body string) string {
	first := fmt.Sprintf("What automation %s told of is over since %s.", a.Automation.Name, clockTime(a.Resolution.Occurred))
	if run := a.Resolution.Run; run != nil {
		first = fmt.Sprintf("Flow run %s completed at %s.", a.linked(run), clockTime(a.Resolution.Occurred))
	}
	return first + "\n\nIt was told:\n\n" + body
}

// headline says of several messages what they are about: "3 more runs of flow etl failed".
func headline(g *prefect.Gathered, automation string) string {
	count := fmt.Sprint(g.Number)
	if g.More {
		count += " more"
	}
	of := ""
	if g.Group != nil {
		of = fmt.Sprintf(" of %s %s", g.Kind, g.Group.Name)
	}
	runs, state := true, g.First[0].StateName
	for _, s := range g.First {
		runs = runs && s.Run != nil
		if s.StateName != state {
			state = ""
		}
	}
	switch {
	case !runs:
		return fmt.Sprintf("%s messages of automation %s%s", count, automation, of)
	case state == prefect.Failed.Title() || state == prefect.Crashed.Title():
		return fmt.Sprintf("%s runs%s %s", count, of, strings.ToLower(state))
	case state != "":
		return fmt.Sprintf("%s runs%s: %s", count, of, state)
	}
	return fmt.Sprintf("%s runs%s: %s", count, of, states(g.First))
}

// states are the states of runs, each once, in the order in which they are told of.
func states(of []prefect.MessageSubject) string {
	var all []string
	known := map[string]bool{"": true}
	for _, s := range of {
		if !known[s.StateName] {
			known[s.StateName] = true
			all = append(all, s.StateName)
		}
	}
	return strings.Join(all, ", ")
}

// summary lists what messages are about, and ends with what one of them says.
func (a *act) summary(subject, body string) string {
	var b strings.Builder
	for _, s := range a.Gathered.First {
		b.WriteString("- ")
		if s.Run != nil {
			b.WriteString(a.linked(s.Run))
		} else {
			b.WriteString("event")
		}
		if a.Gathered.Group == nil && s.Flow != nil {
			b.WriteString(" of flow " + s.Flow.Name)
		}
		if s.StateName != "" {
			b.WriteString(", " + s.StateName)
		}
		b.WriteString(", " + clockTime(s.Occurred) + "\n")
	}
	if left := a.Gathered.Number - len(a.Gathered.First); left > 0 {
		fmt.Fprintf(&b, "- and %d more\n", left)
	}
	b.WriteString("\nOne of them:\n\n")
	if subject != "" {
		b.WriteString(subject + "\n\n")
	}
	b.WriteString(body)
	return b.String()
}

// linked is the name of a run, and where the interface shows it.
func (a *act) linked(run *prefect.NamedObject) string {
	name := cmp.Or(run.Name, run.ID.String())
	if a.Pages == "" {
		return name
	}
	return fmt.Sprintf("%s (%s/%s%s)", name, a.Pages, pages["flow-run"], run.ID)
}

// clockTime is a time as messages have it.
func clockTime(t prefect.Time) string { return t.UTC().Format(time.DateTime) + " UTC" }
