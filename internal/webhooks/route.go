package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// route is one [[webhook]], ready to receive.
type route struct {
	config.Webhook
	check *check
	off   bool // its secret is not set, and it is optional
}

// newRoute makes a route; lookup gives environment variables.
func newRoute(w config.Webhook, lookup func(string) string) (*route, error) {
	secret := ""
	off := false
	if !w.Open {
		secret = lookup(w.SecretEnv)
		off = secret == "" && w.Optional
		if secret == "" && !off {
			return nil, fault.New(fault.Invalid, "webhook %s: the environment variable %s is not set", w.Path, w.SecretEnv).
				WithHint("set it to the secret that the sender knows")
		}
	}
	var c *check
	if !off {
		var err error
		if c, err = newCheck(w, secret); err != nil {
			return nil, err
		}
	}
	templates := map[string]any{"when": w.When, "delivery_id": w.DeliveryID, "key": w.Key, "idempotency_key": w.IdempotencyKey, "parameters": w.Parameters}
	if w.Event != nil {
		templates["event.name"], templates["event.payload"] = w.Event.Name, w.Event.Payload
		for name, text := range w.Event.Resource {
			templates["event.resource."+name] = text
		}
	}
	if err := checkTemplates(templates); err != nil {
		return nil, fault.New(fault.Invalid, "webhook %s: %s", w.Path, err).WithHint("mend the template")
	}
	return &route{w, c, off}, nil
}

// deliveryHeaders are where senders that sign nothing put the id of a delivery.
var deliveryHeaders = []string{"x-github-delivery", "webhook-id", "idempotency-key", "x-delivery-id"}

// delivery is the id of a delivery, nil when it has none. Of a sender that signs,
// only what is signed counts by default: who saw one delivery could send it again
// with other headers. A template may read anything, since the proof alone makes
// a repeat the same (see Inbox.put).
func (r *route) delivery(e *Entry, s scope) *string {
	id := ""
	if r.DeliveryID != "" {
		id = r.text(r.DeliveryID, s)
	}
	switch {
	case id != "":
	case !e.signed():
		for _, name := range deliveryHeaders {
			if id == "" {
				id = e.Headers[name]
			}
		}
	case r.check.id != "":
		id = e.Headers[strings.ToLower(r.check.id)]
	case r.Form == "stripe": // each attempt has a time, and so a signature, of its own
		body, _ := s.values["body"].(map[string]any)
		id, _ = body["id"].(string)
	}
	if id == "" && e.signed() {
		id = e.proved()
	}
	if id == "" {
		return nil
	}
	id = shortened(id, longestName)
	return &id
}

// proved names a delivery after its proof.
func (e *Entry) proved() string { return "signature " + hex.EncodeToString(e.proof) }

// lane is the name of the order in which an entry is delivered.
func (r *route) lane(s scope) string {
	key := ""
	if r.Key != "" {
		key = r.text(r.Key, s)
	}
	if key == "" {
		return r.Path
	}
	return r.Path + " " + shortened(key, longestName)
}

// wanted reports whether a webhook is one to keep. One that cannot be judged is,
// if its mapping fits.
func (r *route) wanted(e *Entry, s scope) bool {
	if r.Form == "github" && e.Headers["x-github-event"] == "ping" {
		return false
	}
	if r.When == "" {
		return true
	}
	v, err := s.mapped(r.When, 0)
	if err != nil {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(fmt.Sprint(v))) {
	case "", "false", "0", "none", "<nil>":
		return false
	}
	return true
}

// text renders a template that names something; "" when it cannot.
func (r *route) text(template string, s scope) string {
	text, err := s.render(template)
	text = strings.TrimSpace(text)
	if err != nil || text == "None" {
		return ""
	}
	return text
}

// shortened replaces a text longer than most by its hash.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// action is what the server is asked to do with an entry.
type action struct {
	flow, deployment string         // a run of it, "" for an event
	body             map[string]any // of the request
}

// action maps an entry. Its error says what does not fit.
func (r *route) action(ctx context.Context, e *Entry) (*action, error) {
	values, err := e.values(r.Form)
	if err != nil {
		return nil, err
	}
	s := newScope(ctx, values)
	defer s.Close()
	return r.actionOf(e, s)
}

// actionOf maps an entry whose values were read.
func (r *route) actionOf(e *Entry, s scope) (_ *action, err error) {
	if r.Event != nil {
		return r.event(e, s)
	}
	parameters := map[string]any{}
	for name, template := range r.Parameters {
		v, err := s.mapped(template, 0)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		parameters[name] = inert(v)
	}
	key := ""
	if r.IdempotencyKey != "" {
		if key, err = s.render(r.IdempotencyKey); err != nil {
			return nil, fmt.Errorf("idempotency_key: %w", err)
		}
		key = strings.TrimSpace(key)
	}
	switch {
	case key != "":
	case e.signed() && r.DeliveryID != "" && !r.check.timed():
		// The template may have read what is not signed, and nothing makes what was
		// signed expire: one run for a proof, also when the inbox has forgotten it.
		key = "webhook " + e.Path + " " + e.proved()
	case e.Delivery != nil:
		key = "webhook " + e.Path + " " + *e.Delivery
	default:
		key = "webhook " + e.ID.String()
	}
	if e.Again > 0 {
		key += fmt.Sprintf(" again %d", e.Again)
	}
	flow, deployment, _ := strings.Cut(r.Deployment, "/")
	return &action{flow: flow, deployment: deployment, body: map[string]any{
		"parameters": parameters, "idempotency_key": shortened(key, longestName),
		"state": map[string]any{"type": "SCHEDULED", "name": "Scheduled", "message": "webhook " + e.Path},
	}}, nil
}

func (r *route) event(e *Entry, s scope) (*action, error) {
	name, err := s.render(r.Event.Name)
	if err != nil {
		return nil, fmt.Errorf("event.name: %w", err)
	}
	resource := map[string]any{}
	for label, template := range r.Event.Resource {
		if resource[label], err = s.render(template); err != nil {
			return nil, fmt.Errorf("event.resource.%s: %w", label, err)
		}
	}
	payload := s.values["body"]
	if r.Event.Payload != nil {
		if payload, err = s.mapped(r.Event.Payload, 0); err != nil {
			return nil, fmt.Errorf("event.payload.%w", err)
		}
	}
	if _, isObject := payload.(map[string]any); !isObject {
		payload = map[string]any{"body": payload}
	}
	id := e.ID
	if e.Again > 0 {
		id = uuidOf(e.ID, e.Again)
	}
	return &action{body: map[string]any{"id": id, "event": strings.TrimSpace(name), "occurred": e.Received,
		"resource": resource, "payload": payload, "related": []any{}}}, nil
}

// uuidOf is the id of the n-th repeat of what has an id: always the same.
func uuidOf(id uuid.UUID, n int) uuid.UUID {
	return uuid.NewSHA1(id, binary.BigEndian.AppendUint32(nil, uint32(n)))
}
