package api

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// inboxOf is an inbox with some webhooks, the newest first; asked is what it was asked for.
type inboxOf struct {
	entries []*WebhookEntry
	asked   []string
	broken  error
}

func (i *inboxOf) Hooks() []WebhookHook {
	return []WebhookHook{{Path: "/webhooks/video", Deployment: "f/d"}, {Path: "/webhooks/ping", Event: "ping", Off: true}}
}

func (i *inboxOf) Figures(context.Context) (WebhookFigures, error) {
	return WebhookFigures{Waiting: 1, Delivered: 2, Dead: 3, Refused: 4, Server: "ok"}, i.broken
}

func (i *inboxOf) Page(_ context.Context, status WebhookStatus, before int64, limit int) ([]*WebhookRow, error) {
	i.asked = append(i.asked, fmt.Sprintf("page %q %d %d", status, before, limit))
	rows := []*WebhookRow{}
	for _, e := range i.entries[:min(limit, len(i.entries))] {
		rows = append(rows, &e.WebhookRow)
	}
	return rows, nil
}

func (i *inboxOf) Read(_ context.Context, id uuid.UUID) (*WebhookEntry, error) {
	for _, e := range i.entries {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no webhook %s", id)
}

func (i *inboxOf) Replay(_ context.Context, ids []uuid.UUID, again bool) (int, error) {
	i.asked = append(i.asked, fmt.Sprintf("replay %d %v", len(ids), again))
	if !again {
		return 0, fault.New(fault.Conflict, "webhook %s was delivered", ids[0])
	}
	return len(ids), nil
}

func (i *inboxOf) ReplayDead(context.Context) (int, error) {
	i.asked = append(i.asked, "replay the dead")
	return 3, nil
}

type webhookAnswer struct {
	Here      bool
	Hooks     []WebhookHook
	Figures   WebhookFigures
	Rows      []object
	Runs      []object
	Next      *int64
	Elsewhere []string
}

// TestWebhooksWithoutAGateway: the page says so, and who has one.
func TestWebhooksWithoutAGateway(t *testing.T) {
	s := newTestServer(t, Config{})
	s.ask(t, "PUT", "/reeve/gateways/cellar", object{"url": "http://cellar:4280", "token": "0123456789abcdef"}, nil)
	var page webhookAnswer
	if code := s.ask(t, "GET", "/reeve/webhooks", nil, &page); code != 200 || page.Here || page.Rows == nil || page.Hooks == nil || len(page.Elsewhere) != 1 || page.Elsewhere[0] != "cellar" {
		t.Errorf("%d %+v", code, page)
	}
	var said struct{ Detail string }
	for method, path := range map[string]string{"GET": "/reeve/webhooks/" + uuid.NewString(), "POST": "/reeve/webhooks/replay"} {
		if code := s.ask(t, method, path, object{"dead": true}, &said); code != 404 || said.Detail != "No gateway takes webhooks in the server's process." {
			t.Errorf("%s %s: %d %s", method, path, code, said.Detail)
		}
	}
}

func TestWebhooks(t *testing.T) {
	inbox := &inboxOf{}
	s := newTestServer(t, Config{Webhooks: inbox})
	made := func(path string, body object) uuid.UUID {
		var got struct{ ID uuid.UUID }
		s.ask(t, "POST", path, body, &got)
		return got.ID
	}
	run := made("/flow_runs/", object{"flow_id": made("/flows/", object{"name": "f"}), "name": "calm-otter"})
	event, now := uuid.New(), prefect.At(time.Now())
	s.ask(t, "POST", "/events", []object{{"id": event, "event": "ping", "occurred": now, "resource": object{"prefect.resource.id": "x"}, "payload": object{}}}, nil)
	for i, kind := range []string{"flow-run", "event", ""} {
		e := &WebhookEntry{WebhookRow: WebhookRow{ID: uuid.New(), Place: int64(30 - i), Path: "/webhooks/video", Status: "delivered", Received: now}}
		switch kind {
		case "flow-run":
			e.Made = &WebhookMade{Kind: kind, ID: run}
		case "event":
			e.Made = &WebhookMade{Kind: kind, ID: event}
		default:
			e.Path, e.Status, e.Reason = "/webhooks/gone", "dead", "there is no [[webhook]] for /webhooks/gone any more"
		}
		inbox.entries = append(inbox.entries, e)
	}
	var page webhookAnswer
	if code := s.ask(t, "GET", "/reeve/webhooks?status=delivered&before=31&limit=2", nil, &page); code != 200 || !page.Here || len(page.Hooks) != 2 || page.Figures.Dead != 3 ||
		len(page.Rows) != 2 || page.Next == nil || *page.Next != 29 || len(page.Runs) != 1 || page.Runs[0]["name"] != "calm-otter" {
		t.Errorf("%d %+v", code, page)
	}
	if code := s.ask(t, "GET", "/reeve/webhooks", nil, &page); code != 200 || len(page.Rows) != 3 || page.Next != nil {
		t.Errorf("all of them: %d %+v", code, page)
	}
	for i, want := range []struct{ hook, run, event bool }{{true, true, false}, {true, false, true}, {false, false, false}} {
		var got struct {
			Webhook object
			Hook    *WebhookHook
			Run     *object
			Event   *struct{ ID uuid.UUID }
		}
		if code := s.ask(t, "GET", "/reeve/webhooks/"+inbox.entries[i].ID.String(), nil, &got); code != 200 || got.Webhook["path"] != inbox.entries[i].Path ||
			(got.Hook != nil) != want.hook || (got.Run != nil) != want.run || (got.Event != nil) != want.event {
			t.Errorf("%d: %d %+v, want %+v", i, code, got, want)
		}
	}
	if code := s.ask(t, "GET", "/reeve/webhooks/"+uuid.NewString(), nil, nil); code != 404 {
		t.Errorf("one that is not there: %d", code)
	}
	inbox.asked = nil
	id := inbox.entries[0].ID
	for _, c := range []struct {
		body object
		want int
		n    int
	}{
		{object{"ids": []uuid.UUID{id}}, 409, 0}, {object{"ids": []uuid.UUID{id}, "again": true}, 200, 1}, {object{"dead": true}, 200, 3},
		{object{}, 422, 0}, {object{"dead": true, "ids": []uuid.UUID{id}}, 422, 0},
	} {
		var got struct{ Replayed int }
		if code := s.ask(t, "POST", "/reeve/webhooks/replay", c.body, &got); code != c.want || got.Replayed != c.n {
			t.Errorf("%v: %d %+v, want %d", c.body, code, got, c.want)
		}
	}
	if got := fmt.Sprint(inbox.asked); got != "[replay 1 false replay 1 true replay the dead]" {
		t.Errorf("it was asked for %s", got)
	}
}
