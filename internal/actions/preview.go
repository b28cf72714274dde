package actions

import (
	"context"

	"github.com/reevehq/reeve/internal/prefect"
)

// Texts are the texts of an action as it would be done now, by the name of what each
// stands in; the objects that they speak of are as they are now. Nothing is done.
func (p *Performer) Texts(ctx context.Context, t *prefect.TriggeredAction) (map[string]string, error) {
	a := &act{p, ctx, t, false, &Outcome{Details: map[string]any{}}}
	names, templates := []string{}, []string{}
	add := func(name, template string) { names, templates = append(names, name), append(templates, template) }
	switch {
	case t.Action.Notification != nil:
		add("subject", t.Action.Notification.Subject)
		add("body", t.Action.Notification.Body)
	case t.Action.Webhook != nil:
		add("payload", t.Action.Webhook.Payload)
	case t.Action.Run != nil:
		parameters, err := a.parameters(t.Action.Run.Parameters)
		return map[string]string{"parameters": string(parameters)}, err
	}
	rendered, err := a.render(templates...)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(names))
	for i, name := range names {
		texts[name] = rendered[i]
	}
	return texts, nil
}
