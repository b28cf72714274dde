package proxy

import (
	"context"
	"encoding/json"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/prefect"
)

// channel is a worker's channel. The worker's hello is said to the server each
// time it wakes, which is a heartbeat too; the worker hears of its own pool what
// it would have heard had the channel never been closed.
type channel struct {
	*socket
	hello    []byte
	ready    bool
	sequence int // of the last snapshot that the worker has
}

// channelFrame is a frame, with as much of its payload as is looked at.
type channelFrame struct {
	Type    string                     `json:"type"`
	ID      json.RawMessage            `json:"id"`
	SentAt  json.RawMessage            `json:"sent_at"`
	Payload map[string]json.RawMessage `json:"payload"`
}

func (ch *channel) serve(ctx context.Context) error {
	up, err := ch.authorise(ctx, true)
	if err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(ctx, openTime)
	_, ch.hello, err = ch.client.Read(opening)
	cancel()
	if err != nil {
		if up != nil {
			ch.finish(up)
		}
		return err
	}
	c := &carried{socket: ch.socket, greet: ch.greet, down: ch.down, fate: fateOfFrame, eager: true}
	return c.carry(ctx, up)
}

// fateOfFrame absorbs heartbeats: the next hello is one.
func fateOfFrame(message []byte) fate {
	var frame channelFrame
	if json.Unmarshal(message, &frame) == nil && frame.Type == prefect.HeartbeatFrame {
		return absorbed
	}
	return necessary
}

// greet says hello. The worker gets the server's answer to the first; of later
// ones it gets the pool.
func (ch *channel) greet(ctx context.Context, up *websocket.Conn) ([]byte, error) {
	if err := up.Write(ctx, websocket.MessageText, ch.hello); err != nil {
		return nil, err
	}
	_, message, err := up.Read(ctx)
	if err != nil {
		return nil, err
	}
	var frame channelFrame
	if json.Unmarshal(message, &frame) != nil || frame.Type != prefect.ReadyFrame {
		return nil, &refusal{websocket.StatusProtocolError, "protocol_error"}
	}
	if !ch.ready {
		ch.ready, ch.sequence = true, 1
		return message, nil
	}
	var snapshot map[string]json.RawMessage
	if json.Unmarshal(frame.Payload["initial_snapshot"], &snapshot) != nil {
		return nil, nil
	}
	return ch.renumber(channelFrame{Type: prefect.SnapshotFrame, ID: frame.ID, SentAt: frame.SentAt, Payload: snapshot}), nil
}

// down numbers snapshots: the server counts anew with each hello, the worker goes
// on.
func (ch *channel) down(message []byte) []byte {
	var frame channelFrame
	if json.Unmarshal(message, &frame) != nil || frame.Type != prefect.SnapshotFrame {
		return message
	}
	return ch.renumber(frame)
}

func (ch *channel) renumber(frame channelFrame) []byte {
	ch.sequence++
	number, err := json.Marshal(ch.sequence)
	if err != nil {
		return nil
	}
	frame.Payload["snapshot_sequence"] = number
	message, err := json.Marshal(frame)
	if err != nil {
		return nil
	}
	return message
}
