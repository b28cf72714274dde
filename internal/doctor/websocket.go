package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/prefect"
)

// socketTime bounds each websocket that is tried.
const socketTime = 10 * time.Second

// checkWebsocket opens the two websockets of events by the real address, as
// clients and workers do: upgrade, auth frame, answer, ping.
func checkWebsocket(ctx context.Context, e *Exam) []Finding {
	for _, path := range []string{"/events/in", "/events/out"} {
		if severity, problem, next := e.socket(ctx, path); problem != "" {
			return one(severity, next, "%s", problem)
		}
	}
	return ok("%s/events/in and /out open, and take our password", socketURL(e.URL))
}

func socketURL(address string) string { return "ws" + strings.TrimPrefix(address, "http") }

const (
	upgradeNext = "pass upgrades on in that proxy; nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; Apache: a2enmod proxy_wstunnel"
	timeoutNext = "take buffering out of that proxy for these paths; nginx: proxy_buffering off; proxy_read_timeout 1h"
)

// socket tries one websocket. problem is "" when it works.
func (e *Exam) socket(ctx context.Context, path string) (severity Severity, problem, next string) {
	ctx, cancel := context.WithTimeout(ctx, socketTime)
	defer cancel()
	address := socketURL(e.URL) + path
	c, answer, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{prefect.Subprotocol}}) //nolint:bodyclose // Dial reads it
	if err != nil {
		return e.notUpgraded(address, answer, err)
	}
	defer func() { _ = c.CloseNow() }()
	if c.Subprotocol() != prefect.Subprotocol {
		return Fail, fmt.Sprintf("%s opens, but the subprotocol got lost on the way", address),
			"pass Sec-WebSocket-Protocol on in that proxy; nginx: proxy_set_header Sec-WebSocket-Protocol $http_sec_websocket_protocol"
	}
	hello, _ := json.Marshal(map[string]string{"type": "auth", "token": e.Auth}) // a map of strings always marshals
	if err := c.Write(ctx, websocket.MessageText, hello); err != nil {
		return Fail, fmt.Sprintf("%s opens, but nothing can be sent: %v", address, err), timeoutNext
	}
	_, reply, err := c.Read(ctx)
	var closed websocket.CloseError
	switch {
	case errors.As(err, &closed) && closed.Code == websocket.StatusPolicyViolation:
		return Fail, fmt.Sprintf("%s does not accept our password: %s", address, closed.Reason),
			`export PREFECT_API_AUTH_STRING="user:password", the one that the server has in PREFECT_SERVER_API_AUTH_STRING`
	case errors.Is(err, context.DeadlineExceeded):
		return Fail, fmt.Sprintf("%s opens, but no answer comes through within %s", address, socketTime), timeoutNext
	case err != nil:
		return Fail, fmt.Sprintf("%s opens and ends at once: %v", address, err), timeoutNext
	case !strings.Contains(string(reply), "auth_success"):
		return Fail, fmt.Sprintf("%s answers something that is not Prefect's: %.80s", address, reply), "export PREFECT_API_URL=..., the address of your server with /api at its end"
	}
	if path == "/events/out" { // it says nothing until it has a filter
		return OK, "", ""
	}
	ctx = c.CloseRead(ctx)
	if err := c.Ping(ctx); err != nil {
		return Warn, fmt.Sprintf("%s opens, but a ping is not answered: %v", address, err), timeoutNext
	}
	_ = c.Close(websocket.StatusNormalClosure, "")
	return OK, "", ""
}

// notUpgraded tells the answers of proxies apart from the server's.
func (e *Exam) notUpgraded(address string, answer *http.Response, err error) (severity Severity, problem, next string) {
	if answer == nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return Fail, fmt.Sprintf("%s: the upgrade is not answered within %s, though plain requests are", address, socketTime), upgradeNext
		}
		return Fail, fmt.Sprintf("%s: the connection ends at the upgrade, though plain requests are answered: %v", address, err), upgradeNext
	}
	by := ""
	if name := strings.TrimSpace(answer.Header.Get("Server") + " " + answer.Header.Get("Via")); name != "" {
		by = " (" + name + ")"
	}
	passed := []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusOK, http.StatusBadRequest, http.StatusUpgradeRequired, http.StatusTemporaryRedirect, http.StatusUnauthorized}
	switch code := answer.StatusCode; {
	case code == http.StatusSwitchingProtocols:
		return Fail, fmt.Sprintf("%s: the upgrade is answered with 101, but not well: %v", address, err), upgradeNext
	case code == http.StatusForbidden:
		return Fail, fmt.Sprintf("%s: the upgrade is refused with 403%s", address, by), "pass Sec-WebSocket-Protocol on in the proxy before the server, and allow the path " + address
	case slices.Contains(passed, code):
		return Fail, fmt.Sprintf("%s: the answer is %d%s and no upgrade: a proxy on the way takes the Upgrade header out", address, code, by), upgradeNext
	default:
		return Fail, fmt.Sprintf("%s: the upgrade is answered with %d%s, though plain requests are served", address, code, by), upgradeNext
	}
}
