package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/mask"
	"github.com/reevehq/reeve/internal/outbox"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/webhooks"
)

// shownInbox is the inbox of reeve up as its server shows it, with the same secrets
// masked as in what a command prints.
type shownInbox struct {
	hooks *webhooks.Intake
	mask  *mask.Masker
}

// mostShown bounds the bytes of a text that are shown; a command shows all.
const mostShown = 128 << 10

// Hooks implements api.WebhookInbox.
func (s shownInbox) Hooks() []api.WebhookHook {
	all := []api.WebhookHook{}
	for _, h := range s.hooks.Hooks() {
		all = append(all, api.WebhookHook{Path: h.Path, Deployment: h.Deployment, Event: s.mask.Values(h.Event), Off: h.Off})
	}
	return all
}

// Figures implements api.WebhookInbox.
func (s shownInbox) Figures(ctx context.Context) (api.WebhookFigures, error) {
	counts, err := s.hooks.Inbox().Counts(ctx)
	if err != nil {
		return api.WebhookFigures{}, err
	}
	return api.WebhookFigures{Waiting: counts[outbox.Waiting], Delivered: counts[outbox.Delivered], Dead: counts[outbox.Dead],
		Refused: s.hooks.Refused(), Server: s.hooks.Server()}, nil
}

// Page implements api.WebhookInbox.
func (s shownInbox) Page(ctx context.Context, status api.WebhookStatus, before int64, limit int) ([]*api.WebhookRow, error) {
	entries, err := s.hooks.Inbox().Page(ctx, outbox.Status(status), before, limit)
	rows := []*api.WebhookRow{}
	for _, e := range entries {
		row := s.row(e)
		rows = append(rows, &row)
	}
	return rows, err
}

func (s shownInbox) row(e *webhooks.Entry) api.WebhookRow {
	row := api.WebhookRow{ID: e.ID, Place: e.Seq, Path: e.Path, Status: api.WebhookStatus(e.Status), Received: prefect.At(e.Received), Size: e.Size,
		Attempts: e.Attempts, NextAttempt: moment(e.NextAttempt), Finished: moment(e.Finished), Again: e.Again}
	if e.Error != nil {
		row.Reason = s.mask.Values(*e.Error)
	}
	if e.Outcome != nil {
		kind, text, _ := strings.Cut(*e.Outcome, " ")
		if id, err := uuid.Parse(text); err == nil {
			row.Made = &api.WebhookMade{Kind: kind, ID: id}
		}
	}
	return row
}

func moment(t *time.Time) *prefect.Time {
	if t == nil {
		return nil
	}
	return prefect.AtPointer(*t)
}

// Read implements api.WebhookInbox.
func (s shownInbox) Read(ctx context.Context, id uuid.UUID) (*api.WebhookEntry, error) {
	e, err := s.hooks.Inbox().Read(ctx, id)
	if err != nil {
		return nil, err
	}
	asked, err := s.hooks.Request(ctx, e)
	if err != nil {
		return nil, err
	}
	entry := &api.WebhookEntry{WebhookRow: s.row(e), Delivery: e.Delivery, Lane: s.mask.Values(e.Lane), Headers: s.all(e.Headers), Query: s.all(e.Query),
		Body: s.text(e.Body), Request: api.WebhookRequest{Deployment: asked.Deployment, Problem: s.mask.Values(asked.Problem)}}
	if e.Delivery != nil {
		delivery := s.mask.Values(*e.Delivery)
		entry.Delivery = &delivery
	}
	if asked.Body == nil {
		return entry, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(asked.Body); err != nil {
		return nil, err
	}
	entry.Request.Body = s.text(bytes.TrimSpace(text.Bytes()))
	return entry, nil
}

func (s shownInbox) all(texts map[string]string) map[string]string {
	masked := make(map[string]string, len(texts))
	for name, text := range texts {
		masked[name] = s.mask.Values(text)
	}
	return masked
}

// text is what is shown of a text. It is masked before it is cut, so that no part of a
// secret is left at the end.
func (s shownInbox) text(data []byte) api.WebhookText {
	if !utf8.Valid(data) {
		return api.WebhookText{Binary: true}
	}
	text := indented(s.mask.Values(string(data)))
	if len(text) <= mostShown {
		return api.WebhookText{Text: text}
	}
	return api.WebhookText{Text: strings.ToValidUTF8(text[:mostShown], ""), Cut: true}
}

// mostIndents bounds how deep a JSON text is that gets a line for each of its values.
const mostIndents = 32

// indented is a JSON text with a line for each of its values. One that is long or deep
// would grow too much by that: it stays as it is, like what is not JSON.
func indented(text string) string {
	depth, deepest := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	var lines bytes.Buffer
	if len(text) > mostShown || deepest > mostIndents || json.Indent(&lines, []byte(text), "", "  ") != nil {
		return text
	}
	return lines.String()
}

// Replay implements api.WebhookInbox.
func (s shownInbox) Replay(ctx context.Context, ids []uuid.UUID, again bool) (int, error) {
	return s.hooks.Inbox().Replay(ctx, ids, again)
}

// ReplayDead implements api.WebhookInbox.
func (s shownInbox) ReplayDead(ctx context.Context) (int, error) {
	return s.hooks.Inbox().ReplayDead(ctx)
}
