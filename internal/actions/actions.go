package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

// Request is one that is made of the server's own API in an automation's name.
type Request struct {
	Method, Path string // the path below the API's own, "/flow_runs/…"
	Body         any    // sent as JSON, nil for none
	Automation   *prefect.Automation
}

// Answer is what the API said.
type Answer struct {
	Status int
	Body   []byte
}

// API is the server's own. An error is that of the context.
type API interface {
	Ask(ctx context.Context, r Request) (Answer, error)
}

// Notifier speaks to the world; see notify.Sender.
type Notifier interface {
	Notify(ctx context.Context, b notify.Block, m notify.Message) (notify.Answer, error)
	Webhook(ctx context.Context, b notify.Block, payload, key string) (notify.Answer, error)
}

// Performer does actions. It may be used from several goroutines.
type Performer struct {
	API      API
	Notifier Notifier
	Clock    clock.Clock
	// Pages is where the pages of the interface begin, for links in templates; "" for
	// none.
	Pages string
}

// Outcome is how an action went.
type Outcome struct {
	// Details are added to the payload of the event that tells of it.
	Details map[string]any
	// Related are what it was done to and with.
	Related []prefect.Resource
	// Loaded is the slug of the block's type that it used, "" for none; Block is the block.
	Loaded string
	Block  prefect.Resource
	// Failure is why it failed, "" when it did not.
	Failure string
	// Again says of a failure that the same may succeed later; RetryAfter is how long
	// whoever was asked wants to be let alone, 0 for nothing said.
	Again      bool
	RetryAfter time.Duration
	// Status and Text are what whoever was asked has answered: a status of HTTP or SMTP,
	// 0 for none, and the first 2 KB of the text.
	Status int
	Text   string
}

// failed is an action that cannot be done, and trying again is of no use.
type failed struct{ reason string }

func (f *failed) Error() string { return f.reason }

func fail(format string, args ...any) error { return &failed{fmt.Sprintf(format, args...)} }

// later is an action that cannot be done now.
type later struct {
	reason string
	after  time.Duration
}

func (l *later) Error() string { return l.reason }

// act is one action being done.
type act struct {
	*Performer
	ctx context.Context
	*prefect.TriggeredAction
	again bool // it has been tried before, and that may have had effect
	out   *Outcome
}

// Perform does an action. again says that it has been tried before, which may have
// had its effect though nobody knows.
func (p *Performer) Perform(ctx context.Context, t *prefect.TriggeredAction, again bool) *Outcome {
	a := &act{p, ctx, t, again, &Outcome{Details: map[string]any{}}}
	err := a.do()
	var not *failed
	var wait *later
	switch {
	case err == nil:
	case errors.As(err, &not):
		a.out.Failure = not.reason
	case errors.As(err, &wait):
		a.out.Failure, a.out.Again, a.out.RetryAfter = wait.reason, true, wait.after
	default:
		a.out.Failure, a.out.Again = err.Error(), true
	}
	return a.out
}

func (a *act) do() error {
	switch a.Action.Type {
	case prefect.DoNothing:
		return nil
	case prefect.RunDeployment:
		return a.runDeployment()
	case prefect.PauseDeployment, prefect.ResumeDeployment:
		return a.switchDeployment()
	case prefect.CancelFlowRun, prefect.ChangeFlowRunState, prefect.SuspendFlowRun:
		return a.changeState()
	case prefect.ResumeFlowRun:
		return a.resumeFlowRun()
	case prefect.DeleteFlowRun:
		return a.deleteFlowRun()
	case prefect.PauseWorkQueue, prefect.ResumeWorkQueue:
		return a.switchWorkQueue()
	case prefect.PauseWorkPool, prefect.ResumeWorkPool:
		return a.switchWorkPool()
	case prefect.PauseAutomation, prefect.ResumeAutomation:
		return a.switchAutomation()
	case prefect.SendNotification:
		return a.sendNotification()
	case prefect.CallWebhook:
		return a.callWebhook()
	}
	return fail("There is no action of type %q", a.Action.Type)
}

// ask makes a request in the automation's name. What the server cannot answer now is
// an error.
func (a *act) ask(method, path string, body any) (Answer, error) {
	answer, err := a.API.Ask(a.ctx, Request{method, path, body, &a.Automation})
	if err != nil {
		return answer, err
	}
	if answer.Status >= 500 {
		return answer, &later{reason: a.unexpected(answer)}
	}
	return answer, nil
}

// command makes a request whose status is told of, and that has to succeed.
func (a *act) command(method, path string, body any) (Answer, error) {
	answer, err := a.ask(method, path, body)
	if answer.Status != 0 {
		a.out.Details["status_code"] = answer.Status
	}
	if err == nil && answer.Status >= 300 {
		err = &failed{a.reason(answer)}
	}
	return answer, err
}

// reason words a refusal of the API as the reference does.
func (a *act) reason(answer Answer) string {
	if answer.Status != 409 && answer.Status != 422 {
		return a.unexpected(answer)
	}
	detail := detailOf(answer)
	switch {
	case detail != "":
		return fmt.Sprintf("Validation error occurred for '%s' - %s", a.Action.Type, detail)
	case answer.Status == 422:
		return fmt.Sprintf("Validation error occurred for '%s'", a.Action.Type)
	}
	return fmt.Sprintf("Conflict (409) occurred for '%s' - %q", a.Action.Type, answer.Body)
}

func (a *act) unexpected(answer Answer) string {
	return fmt.Sprintf("Unexpected status from '%s' action: %d", a.Action.Type, answer.Status)
}

// detailOf is the "detail" of an answer that is a refusal: its text, or JSON.
func detailOf(answer Answer) string {
	var body struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(answer.Body, &body) != nil || string(body.Detail) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(body.Detail, &text) == nil {
		return text
	}
	return string(body.Detail)
}

// about adds what the action is done to.
func (a *act) about(kind, id, role, name string) {
	r := prefect.Resource{prefect.ResourceID: kind + "." + id, prefect.ResourceRole: role}
	if name != "" {
		r[prefect.ResourceName] = name
	}
	a.out.Related = append(a.out.Related, r)
}
