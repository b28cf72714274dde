package replicas

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coder/websocket"
)

// stream is a websocket /events/out.
type stream struct{ conn *websocket.Conn }

// told is an event as a stream tells it.
type told struct {
	ID       string            `json:"id"`
	Event    string            `json:"event"`
	Resource map[string]string `json:"resource"`
}

// follow opens a stream of the events whose names start with one of the prefixes, from now on.
func (r *replica) follow(ctx context.Context, prefixes ...string) (*stream, error) {
	conn, _, err := websocket.Dial(ctx, "ws"+r.url[len("http"):]+"/events/out", &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	s := &stream{conn}
	filter := map[string]any{"occurred": map[string]any{
		"since": time.Now().UTC().Format(time.RFC3339), "until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}
	if len(prefixes) > 0 {
		filter["event"] = map[string]any{"prefix": prefixes}
	}
	if err = s.send(ctx, map[string]any{"type": "auth", "token": ""}); err == nil {
		_, _, err = conn.Read(ctx)
	}
	if err == nil {
		err = s.send(ctx, map[string]any{"type": "filter", "filter": filter})
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stream) send(ctx context.Context, value any) error {
	frame, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return s.conn.Write(ctx, websocket.MessageText, frame)
}

func (s *stream) next(ctx context.Context) (told, error) {
	var message struct {
		Event told `json:"event"`
	}
	_, frame, err := s.conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(frame, &message)
	}
	return message.Event, err
}

func (s *stream) close() { _ = s.conn.CloseNow() }
