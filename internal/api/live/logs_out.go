package live

import (
	"context"
	"net/http"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// logPage is how many logs are read at a time for a follower.
const logPage = 250

// logsOut is the websocket /logs/out: the client sends a filter and gets the
// logs that meet it and are added from then on, in the order they are added.
// Each follower reads the table from its own place, so a slow one loses nothing
// and holds up nobody. When streaming is off the socket opens and stays silent.
func (s *Sockets) logsOut(w http.ResponseWriter, r *http.Request) {
	s.hub.Serve(w, r, ws.Options{}, func(ctx context.Context, c *websocket.Conn) error {
		message, err := ws.ReadJSON(ctx, c)
		if err != nil {
			return err
		}
		filter, err := logsWanted(message)
		if err != nil {
			return err
		}
		ctx, cancel := untilGone(ctx, c)
		defer cancel()
		if !s.config.StreamLogs {
			<-ctx.Done()
			return ctx.Err()
		}
		return s.sendLogs(ctx, c, filter)
	})
}

// logsWanted reads the first message of the client.
func logsWanted(message pyjson.Value) (*prefect.LogFilter, error) {
	if kind, _ := message.Get("type"); kind.Text() != "filter" {
		return nil, ws.Violation(websocket.StatusProtocolError, "Expected 'filter' message")
	}
	given, _ := message.Get("filter")
	filter := &prefect.LogFilter{}
	if issues := decode.Into(given, filter); len(issues) > 0 {
		return nil, ws.Violation(websocket.StatusProtocolError, "Invalid filter: "+issues.Error())
	}
	return filter, nil
}

func (s *Sockets) sendLogs(ctx context.Context, c *websocket.Conn, filter *prefect.LogFilter) error {
	added, leave := s.store.Watch(store.Logs)
	defer leave()
	var place int64
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		place, err = tx.LastLog()
		return err
	})
	for limit := logPage; err == nil; {
		var page []*prefect.Log
		claim := s.config.Memory.Claim()
		err = s.store.View(budget.WithClaim(ctx, claim), func(tx *store.Tx) (err error) {
			page, place, err = tx.LogsAfter(place, limit)
			return err
		})
		for _, l := range page {
			if err == nil && filter.Matches(l) {
				l.Created, l.Updated = nil, nil // as in the reference, which sends before it stores
				err = ws.WriteJSON(ctx, c, logMessage{"log", l})
			}
		}
		claim.Close()
		if isFull(err) && limit > 1 {
			limit, err = max(1, limit/8), nil // the logs are large
			continue
		}
		if err != nil || len(page) == limit {
			continue
		}
		select {
		case <-added:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return err
}

type logMessage struct {
	Type string       `json:"type"`
	Log  *prefect.Log `json:"log"`
}
