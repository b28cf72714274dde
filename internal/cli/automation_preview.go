package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
)

type automationPreview struct {
	apiFlags `embed:""`
	Subject  string `arg:"" name:"file-or-id" help:"File of an automation in JSON, or id of one that is kept."`
	Since    span   `help:"How far back to begin: 12h, 30d." default:"7d" placeholder:"TIME"`
	Limit    int    `help:"Most firings to describe, 200 at most." default:"20"`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help implements kong's detailed help.
func (*automationPreview) Help() string {
	return `Examples:

  reeve automation preview automation.json --since 30d
  prefect automation inspect --id ID --json > a.json && reeve automation preview a.json

Runs the trigger over the events that the server has kept and says when it would
have fired, on which events, and what it would have said. Nothing is done.`
}

// span is a length of time that may be in days.
type span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	days, inDays := strings.CutSuffix(string(text), "d")
	var d time.Duration
	var err error
	if inDays {
		var n float64
		_, err = fmt.Sscanf(days+" ", "%g", &n)
		d = time.Duration(n * 24 * float64(time.Hour))
	} else {
		d, err = time.ParseDuration(string(text))
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no length of time like 12h or 30d", text)
	}
	*s = span(d)
	return nil
}

// Run asks and prints.
func (a *automationPreview) Run(p *process) error {
	_, api, err := a.api(p)
	if err != nil {
		return err
	}
	ask := map[string]any{"since": time.Duration(a.Since).Seconds(), "limit": min(max(0, a.Limit), 200)}
	if err := a.subject(ask); err != nil {
		return err
	}
	var answer json.RawMessage
	if err := api.Ask(p.ctx, http.MethodPost, "/reeve/automations/preview", ask, &answer); err != nil {
		return err
	}
	if a.JSON {
		return printJSON(p, answer)
	}
	return printPreview(p, answer)
}

// mostAutomation bounds the file of an automation, in bytes.
const mostAutomation = 4 << 20

// subject says in ask which automation is meant.
func (a *automationPreview) subject(ask map[string]any) error {
	if id, err := uuid.Parse(a.Subject); err == nil {
		ask["automation_id"] = id
		return nil
	}
	info, err := os.Stat(a.Subject)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Invalid, "there is no file %s, and it is not the id of an automation", a.Subject).
			WithHint("prefect automation ls lists ids")
	}
	if err != nil {
		return err
	}
	if info.Size() > mostAutomation {
		return fault.New(fault.Invalid, "%s has more than %d bytes", a.Subject, mostAutomation)
	}
	text, err := os.ReadFile(a.Subject)
	if err != nil {
		return err
	}
	var automation map[string]json.RawMessage
	if err := json.Unmarshal(text, &automation); err != nil {
		return fault.New(fault.Invalid, "%s is not an automation in JSON: %v", a.Subject, err)
	}
	for _, own := range []string{"id", "created", "updated"} { // of one that was inspected
		delete(automation, own)
	}
	ask["automation"] = automation
	return nil
}

func printPreview(p *process, answer json.RawMessage) error {
	var found struct {
		From     string
		Events   int
		Complete bool
		Fired    int
		Noise    bool
		Firings  []struct {
			Triggered string
			Labels    map[string]string
			Events    []struct {
				Event    string
				Resource map[string]string
			}
			Actions []struct {
				Type, Error string
				Texts       map[string]string
			}
		}
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "would have fired %s since %s, of %d events\n", times(found.Fired), found.From, found.Events)
	if !found.Complete {
		fmt.Fprintln(p.err, "There are more events than can be looked at; a shorter --since sees all of them.")
	}
	if found.Noise {
		fmt.Fprintln(p.err, "Its noise settings are not applied: of these messages some would have been kept back or told together.")
	}
	for _, f := range found.Firings {
		fmt.Fprintf(p.out, "\n%s\n", f.Triggered)
		for _, label := range slices.Sorted(maps.Keys(f.Labels)) {
			fmt.Fprintf(p.out, "  for %s: %s\n", label, f.Labels[label])
		}
		for _, e := range f.Events {
			fmt.Fprintf(p.out, "  on %s of %s\n", e.Event, e.Resource["prefect.resource.id"])
		}
		for _, action := range f.Actions {
			fmt.Fprintf(p.out, "  %s\n", action.Type)
			for _, name := range slices.Sorted(maps.Keys(action.Texts)) {
				fmt.Fprintf(p.out, "    %s: %s\n", name, strings.ReplaceAll(action.Texts[name], "\n", "\n      "))
			}
			if action.Error != "" {
				fmt.Fprintf(p.out, "    cannot be rendered: %s\n", action.Error)
			}
		}
	}
	return nil
}

// times is how often, in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
