package live

import (
	"context"
	"slices"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// eventFrame is a frame of /events/in.
type eventFrame struct {
	limits *prefect.EventLimits
	event  *prefect.Event
}

// DecodeWire implements decode.Wire.
func (f *eventFrame) DecodeWire(in pyjson.Value, at *decode.At) {
	f.event = prefect.DecodeEvent(in, at, f.limits)
}

// readEvent decodes one event; nil when it is too large to be kept.
func (s *Sockets) readEvent(in pyjson.Value) (*prefect.Event, error) {
	frame := eventFrame{limits: &s.config.Events}
	if issues := decode.Into(in, &frame); len(issues) > 0 {
		s.log.Warn("event refused", "error", issues)
		return nil, issues
	}
	if len(in.Raw()) > s.config.Events.SizeBytes {
		s.log.Warn("event dropped for its size", "id", frame.event.ID, "bytes", len(in.Raw()))
		return nil, nil
	}
	return frame.event, nil
}

// Emit appends events to the log; they are durable when it returns nil.
func (s *Sockets) Emit(ctx context.Context, events []*prefect.Event) error {
	for batch := range slices.Chunk(events, intakeEvents) {
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return tx.Emit(batch...) }); err != nil {
			return err
		}
	}
	return nil
}
