package prefect

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// TemplateChecker tells what is wrong with the templates of actions. What decodes
// actions gives one to decode.IntoWith; without it templates are not looked at.
type TemplateChecker interface {
	// Text returns why a text is no template, "" when it is one.
	Text(text string) string
	// Parameters returns why parameters have templates or values that cannot be had,
	// in the words of the contract, "" when they have none.
	Parameters(parameters Object) string
}

// defaultSubject is the subject of a notification that has none.
const defaultSubject = "Prefect automated notification"

// The parts of actions as clients write them, where they are checked or written
// otherwise than they are kept.
type (
	runDeploymentIn struct {
		DeploymentTarget
		Parameters    *parametersIn `json:"parameters"`
		JobVariables  *Object       `json:"job_variables"`
		ScheduleAfter scheduleAfter `json:"schedule_after"`
	}
	sendNotificationIn struct {
		BlockDocumentID uuid.UUID   `json:"block_document_id" rule:"required"`
		Subject         subjectText `json:"subject"`
		Body            bodyText    `json:"body" rule:"required"`
	}
	callWebhookIn struct {
		BlockDocumentID uuid.UUID   `json:"block_document_id" rule:"required"`
		Payload         payloadText `json:"payload"`
	}
)

// DecodeWire implements decode.Wire: the kind of which the value has the most fields.
func (a *Action) DecodeWire(in pyjson.Value, at *decode.At) {
	if kind := kindOf(in); kind != nil {
		// It can be of no other kind; what all kinds find is only of interest when this
		// one finds something.
		var faults decode.Issues
		if made := kind.decode(in, at.Apart(&faults)); len(faults) == 0 {
			*a = made
			return
		}
	}
	kinds, made := make([]decode.Kind, len(actionKinds)), make([]Action, len(actionKinds))
	for i := range actionKinds {
		kind := &actionKinds[i]
		kinds[i] = decode.Kind{Label: kind.label(), Decode: func(in pyjson.Value, at *decode.At) { made[i] = kind.decode(in, at) }}
	}
	if best := at.Union(in, kinds); best >= 0 {
		*a = made[best]
	}
}

// kindOf is the kind that a value says it is of, nil when it says none.
func kindOf(in pyjson.Value) *actionKind {
	said, _ := in.Get("type")
	for i := range actionKinds {
		if said.Kind() == pyjson.String && actionKinds[i].of == ActionType(said.Text()) {
			return &actionKinds[i]
		}
	}
	return nil
}

// decode reads a value as an action of the kind.
func (k *actionKind) decode(in pyjson.Value, at *decode.At) Action {
	a := Action{Type: k.of}
	switch part := k.part(&a).(type) {
	case *RunDeploymentAction:
		var run runDeploymentIn
		at.Tagged(in, string(k.of), &run)
		*part = RunDeploymentAction{run.DeploymentTarget, (*Object)(run.Parameters), run.JobVariables, Seconds(run.ScheduleAfter)}
	case *SendNotificationAction:
		var send sendNotificationIn
		at.Tagged(in, string(k.of), &send)
		*part = SendNotificationAction{send.BlockDocumentID, string(send.Subject), string(send.Body)}
	case *CallWebhookAction:
		var call callWebhookIn
		at.Tagged(in, string(k.of), &call)
		*part = CallWebhookAction{call.BlockDocumentID, string(call.Payload)}
	default:
		at.Tagged(in, string(k.of), part)
	}
	return a
}

// Literals implements decode.Literal.
func (TargetSource) Literals() []string { return []string{string(Selected), string(Inferred)} }

// Defaults implements decode.Defaulter.
func (t *DeploymentTarget) Defaults() { t.Source = Selected }

// Check implements decode.Checker.
func (t *DeploymentTarget) Check(in pyjson.Value, at *decode.At) {
	checkTarget("deployment_id", t.Source, t.DeploymentID, in, at)
}

// Defaults implements decode.Defaulter.
func (t *WorkQueueTarget) Defaults() { t.Source = Selected }

// Check implements decode.Checker.
func (t *WorkQueueTarget) Check(in pyjson.Value, at *decode.At) {
	checkTarget("work_queue_id", t.Source, t.WorkQueueID, in, at)
}

// Defaults implements decode.Defaulter.
func (t *WorkPoolTarget) Defaults() { t.Source = Selected }

// Check implements decode.Checker.
func (t *WorkPoolTarget) Check(in pyjson.Value, at *decode.At) {
	checkTarget("work_pool_id", t.Source, t.WorkPoolID, in, at)
}

// Defaults implements decode.Defaulter.
func (t *AutomationTarget) Defaults() { t.Source = Selected }

// Check implements decode.Checker.
func (t *AutomationTarget) Check(in pyjson.Value, at *decode.At) {
	checkTarget("automation_id", t.Source, t.AutomationID, in, at)
}

// checkTarget holds that an action names what it acts on, or leaves it to the event.
func checkTarget(key string, source TargetSource, id *uuid.UUID, in pyjson.Value, at *decode.At) {
	switch {
	case source == Selected && id == nil:
		at.ValueError(key+" is required", in)
	case source == Inferred && id != nil:
		at.ValueError(key+" is not allowed", in)
	}
}

// Defaults implements decode.Defaulter.
func (n *sendNotificationIn) Defaults() { n.Subject = defaultSubject }

// parametersIn are parameters whose templates are checked.
type parametersIn Object

// DecodeWire implements decode.Wire.
func (p *parametersIn) DecodeWire(in pyjson.Value, at *decode.At) {
	before := at.Count()
	if (*Object)(p).DecodeWire(in, at); at.Count() > before || len(in.Members()) == 0 {
		return
	}
	if checker, ok := at.Env().(TemplateChecker); ok {
		if why := checker.Parameters(Object(*p)); why != "" {
			at.ValueError("Invalid parameters: \n"+why, in)
		}
	}
}

// scheduleAfter is how long to wait before a run begins.
type scheduleAfter time.Duration

// DecodeWire implements decode.Wire.
func (s *scheduleAfter) DecodeWire(in pyjson.Value, at *decode.At) {
	switch length, ok := decode.Duration(in, at); {
	case ok && length < 0:
		at.ValueError("schedule_after must be non-negative", in)
	case ok:
		*s = scheduleAfter(length)
	}
}

// The templates of actions.
type (
	subjectText string
	bodyText    string
	payloadText string
)

// DecodeWire implements decode.Wire.
func (s *subjectText) DecodeWire(in pyjson.Value, at *decode.At) {
	decodeTemplate((*string)(s), "subject", in, at)
}

// DecodeWire implements decode.Wire.
func (b *bodyText) DecodeWire(in pyjson.Value, at *decode.At) {
	decodeTemplate((*string)(b), "body", in, at)
}

// DecodeWire implements decode.Wire: what is no text is written as JSON.
func (p *payloadText) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() == pyjson.String || in.IsNull() {
		decodeTemplate((*string)(p), "payload", in, at)
		return
	}
	*p = payloadText(pyjson.AppendIndented(nil, in))
	checkTemplate(string(*p), "payload", in, at)
}

func decodeTemplate(text *string, field string, in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return
	}
	*text = in.Text()
	checkTemplate(*text, field, in, at)
}

func checkTemplate(text, field string, in pyjson.Value, at *decode.At) {
	if checker, ok := at.Env().(TemplateChecker); ok {
		if why := checker.Text(text); why != "" {
			at.ValueError("'"+field+"' is not a valid template: "+why, in)
		}
	}
}
