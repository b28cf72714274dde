package ws

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
)

// maxFrame bounds a message from a client, as the reference's server does.
const maxFrame = 16 << 20

// Options are what a socket asks of its handshake.
type Options struct {
	// RequireProtocol refuses clients without the subprotocol even when no
	// auth string is set.
	RequireProtocol bool
	// AuthFailedReason, when not empty, is the reason of every refusal.
	AuthFailedReason string
	// OnPing is called for each ping, in the goroutine that reads; the pong is
	// sent when it returns true.
	OnPing func(ctx context.Context, payload []byte) bool
}

// accept answers the upgrade; nil when it was refused. A client without the
// subprotocol is of an older kind that has no auth frame.
func (h *Hub) accept(w http.ResponseWriter, r *http.Request, o Options) *websocket.Conn {
	if !speaksProtocol(r) && (h.password.Asked() || o.RequireProtocol) {
		h.log.Warn("websocket refused: the 'prefect' subprotocol is required", "path", r.URL.Path)
		http.Error(w, "", http.StatusForbidden)
		return nil
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{prefect.Subprotocol},
		// Pages of other sites are stopped by the auth frame, as in the reference, or,
		// where there is no password, before they get here.
		InsecureSkipVerify: true,
		OnPingReceived:     o.OnPing,
	})
	if err != nil {
		h.log.Debug("websocket not opened", "path", r.URL.Path, "error", err)
		return nil
	}
	c.SetReadLimit(strangerFrame)
	return c
}

func speaksProtocol(r *http.Request) bool {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for _, name := range strings.Split(header, ",") {
			if strings.TrimSpace(name) == prefect.Subprotocol {
				return true
			}
		}
	}
	return false
}

// handshake takes the auth frame and answers it. A client must send one even
// when no auth string is set.
func (h *Hub) handshake(ctx context.Context, c *websocket.Conn, o Options) error {
	if c.Subprotocol() != prefect.Subprotocol {
		c.SetReadLimit(budget.ClaimOf(ctx).Most(maxFrame))
		return nil
	}
	opening, cancel := context.WithTimeout(ctx, strangerTime)
	defer cancel()
	message, err := ReadJSON(opening, c)
	if err != nil {
		return err
	}
	if reason := h.refusal(message); reason != "" {
		h.log.Warn("websocket refused", "reason", reason)
		if o.AuthFailedReason != "" {
			reason = o.AuthFailedReason
		}
		return Violation(websocket.StatusPolicyViolation, reason)
	}
	c.SetReadLimit(budget.ClaimOf(ctx).Most(maxFrame))
	return c.Write(ctx, websocket.MessageText, []byte(prefect.AuthSuccess))
}

// refusal says why an auth frame is not accepted, "" when it is.
func (h *Hub) refusal(message pyjson.Value) string {
	if kind, _ := message.Get("type"); kind.Text() != "auth" {
		return "Expected 'auth' message"
	}
	if !h.password.Asked() {
		return ""
	}
	token, _ := message.Get("token")
	if token.Text() == "" {
		return "Auth required but no token provided"
	}
	if !h.password.Is(token.Text()) {
		return "Invalid token"
	}
	return ""
}

// CloseError ends a socket with a code and a reason.
type CloseError struct {
	Code   websocket.StatusCode
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string { return e.Reason }

// Violation is the error that closes a socket with a code and a reason.
func Violation(code websocket.StatusCode, reason string) error {
	return &CloseError{code, reason}
}

// end closes a socket the way err asks for. A client that has gone is no error.
func (h *Hub) end(c *websocket.Conn, r *http.Request, err error) {
	var violation *CloseError
	switch {
	case err == nil:
		closeWith(c, websocket.StatusNormalClosure, "")
	case errors.As(err, &violation):
		closeWith(c, violation.Code, violation.Reason)
	case fault.Is(err, fault.Busy), fault.Is(err, fault.TooLarge):
		closeWith(c, websocket.StatusTryAgainLater, err.Error())
	case gone(err):
		_ = c.CloseNow()
	default:
		h.log.Error("websocket failed", "path", r.URL.Path, "error", err)
		closeWith(c, websocket.StatusInternalError, "")
	}
}
