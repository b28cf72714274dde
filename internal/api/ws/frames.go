package ws

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"syscall"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/traffic"
)

// maxReason is what fits into a close frame beside its code.
const maxReason = 123

// ReadJSON reads one text frame of JSON. Anything else is a *CloseError with 1007.
// The claim of the context holds its memory until the next is read.
func ReadJSON(ctx context.Context, c *websocket.Conn) (pyjson.Value, error) {
	claim := budget.ClaimOf(ctx)
	kind, data, err := traffic.ReadFrame(ctx, c, claim)
	if err == nil {
		err = claim.Take(ctx, pyjson.Size(data))
	}
	if fault.Is(err, fault.Busy) || fault.Is(err, fault.TooLarge) {
		return pyjson.Value{}, Violation(websocket.StatusTryAgainLater, err.Error())
	}
	if err != nil {
		return pyjson.Value{}, err
	}
	if kind != websocket.MessageText {
		return pyjson.Value{}, Violation(websocket.StatusUnsupportedData, "Expected a text frame")
	}
	value, err := pyjson.Parse(data)
	if err != nil {
		return pyjson.Value{}, Violation(websocket.StatusInvalidFramePayloadData, err.Error())
	}
	return value, nil
}

// WriteJSON writes v as one text frame.
func WriteJSON(ctx context.Context, c *websocket.Conn, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Write(ctx, websocket.MessageText, data)
}

// closeWith closes in order and gives up on a client that does not answer.
func closeWith(c *websocket.Conn, code websocket.StatusCode, reason string) {
	for len(reason) > maxReason || !utf8.ValidString(reason) {
		reason = reason[:min(len(reason)-1, maxReason)]
	}
	_ = c.Close(code, reason)
}

// gone reports whether err only says that the other side, or the server itself,
// has ended the connection.
func gone(err error) bool {
	if websocket.CloseStatus(err) != -1 {
		return true
	}
	for _, known := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.Canceled,
		context.DeadlineExceeded, syscall.ECONNRESET, syscall.EPIPE, websocket.ErrMessageTooBig} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
