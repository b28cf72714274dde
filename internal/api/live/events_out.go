package live

import (
	"context"
	"net/http"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// eventsOut is the websocket /events/out: the client sends a filter and gets
// the events that meet it, first those in the log that occurred since a short
// while ago, oldest first, then those that are added, in the log's order. What
// was in the log when the filter came is told apart from what comes later by
// its sequence, so there is neither gap nor duplicate between the two.
func (s *Sockets) eventsOut(w http.ResponseWriter, r *http.Request) {
	s.hub.Serve(w, r, ws.Options{}, func(ctx context.Context, c *websocket.Conn) error {
		message, err := ws.ReadJSON(ctx, c)
		if err != nil {
			return err
		}
		filter, backfill, err := eventsWanted(message)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		filter.Resolve(now)
		if earliest := now.Add(-s.config.Backfill); filter.Occurred.Since.Before(earliest) {
			filter.Occurred.Since = prefect.AtPointer(earliest)
		}
		ctx, cancel := untilGone(ctx, c)
		defer cancel()
		place, err := s.lastEvent(ctx)
		if err != nil {
			return err
		}
		if !s.config.EventStreamOff {
			leave := s.tail.follow(ctx, place)
			defer leave()
		}
		if backfill {
			if err := s.sendBackfill(ctx, c, filter, place); err != nil {
				return err
			}
		}
		if s.config.EventStreamOff {
			<-ctx.Done()
			return ctx.Err()
		}
		return s.sendEvents(ctx, c, filter, place)
	})
}

// untilGone returns a context that ends when the client, which has nothing more to
// say, closes the websocket.
func untilGone(ctx context.Context, c *websocket.Conn) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	c.SetReadLimit(noMore)
	go func() {
		defer cancel()
		for {
			if _, _, err := c.Read(ctx); err != nil {
				return
			}
		}
	}()
	return ctx, cancel
}

// noMore is how large a message may be, in bytes, that is thrown away.
const noMore = 64 << 10

// eventsWanted reads the first message of the client.
func eventsWanted(message pyjson.Value) (filter *prefect.EventFilter, backfill bool, err error) {
	if kind, _ := message.Get("type"); kind.Text() != "filter" {
		return nil, false, ws.Violation(websocket.StatusProtocolError, "Expected 'filter' message")
	}
	given, _ := message.Get("filter")
	filter = &prefect.EventFilter{}
	if issues := decode.Into(given, filter); len(issues) > 0 {
		return nil, false, ws.Violation(websocket.StatusProtocolError, "Invalid filter: "+issues.Error())
	}
	filter.Order = prefect.OldestFirst
	wanted, ok := message.Get("backfill")
	return filter, !ok || wanted.Truth(), nil
}

func (s *Sockets) lastEvent(ctx context.Context) (place int64, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		place, err = tx.LastEventSequence()
		return err
	})
	return place, err
}

// sendBackfill sends what the log holds up to a place, page by page. No
// transaction is open while the client takes a page.
func (s *Sockets) sendBackfill(ctx context.Context, c *websocket.Conn, filter *prefect.EventFilter, upTo int64) error {
	var after *store.EventPlace
	for limit := s.config.BackfillPage; ; {
		var page []*prefect.ReceivedEvent
		claim := s.config.Memory.Claim()
		err := s.store.View(budget.WithClaim(ctx, claim), func(tx *store.Tx) (err error) {
			page, err = tx.BackfillEvents(filter, upTo, limit, after)
			return err
		})
		if err == nil {
			err = sendPage(ctx, c, page)
		}
		claim.Close()
		if isFull(err) && limit > 1 {
			limit = max(1, limit/8) // the events are large
			continue
		}
		if err != nil || len(page) == 0 {
			return err
		}
		last := page[len(page)-1]
		after = &store.EventPlace{Occurred: last.Occurred, Sequence: last.Sequence}
	}
}

func sendPage(ctx context.Context, c *websocket.Conn, page []*prefect.ReceivedEvent) error {
	for _, e := range page {
		frame, err := eventOut(e)
		if err != nil {
			return err
		}
		if err := c.Write(ctx, websocket.MessageText, frame); err != nil {
			return err
		}
	}
	return nil
}

// isFull reports whether a page took more memory than there is.
func isFull(err error) bool { return fault.Is(err, fault.Busy) || fault.Is(err, fault.Invalid) }

// sendEvents sends what is added to the log after a place, until ctx ends.
func (s *Sockets) sendEvents(ctx context.Context, c *websocket.Conn, filter *prefect.EventFilter, place int64) error {
	for {
		added, to, err := s.tail.next(ctx, place)
		if err != nil {
			return err
		}
		for _, e := range added {
			if !events.Matches(filter, &e.Event) {
				continue
			}
			if err := c.Write(ctx, websocket.MessageText, e.frame); err != nil {
				return err
			}
		}
		place = to
	}
}
