package doctor

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/coder/websocket"
)

// socketServer is a server whose websockets answer the auth frame as ours does
// unless say is another answer; say "" says nothing, "close" closes.
func socketServer(protocol, say string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			well.ServeHTTP(w, r)
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		_, _, _ = c.Read(r.Context())
		switch say {
		case "close":
			_ = c.Close(websocket.StatusPolicyViolation, "Invalid token")
			return
		case "":
		default:
			_ = c.Write(r.Context(), websocket.MessageText, []byte(say))
		}
		_, _, _ = c.Read(r.Context()) // until the other side has gone
	})
}

const accepted = `{"type":"auth_success"}`

// proxied serves behind a proxy that answers upgrades itself.
func proxied(t *testing.T, upgrade http.HandlerFunc) http.Handler {
	behind := httptest.NewServer(socketServer("prefect", accepted))
	t.Cleanup(behind.Close)
	target, _ := url.Parse(behind.URL)
	pass := httputil.NewSingleHostReverseProxy(target)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			upgrade(w, r)
			return
		}
		pass.ServeHTTP(w, r)
	})
}

func TestWebsocket(t *testing.T) {
	target := func(t *testing.T) http.Handler { return socketServer("prefect", accepted) }
	tests := map[string]struct {
		server func(*testing.T) http.Handler
		want   finding
	}{
		"works":                {target, finding{OK, "open, and take our password", ""}},
		"wrong password":       {func(*testing.T) http.Handler { return socketServer("prefect", "close") }, finding{Fail, "does not accept our password: Invalid token", "export PREFECT_API_AUTH_STRING"}},
		"subprotocol is lost":  {func(*testing.T) http.Handler { return socketServer("other", accepted) }, finding{Fail, "the subprotocol got lost", "Sec-WebSocket-Protocol"}},
		"something else":       {func(*testing.T) http.Handler { return socketServer("prefect", "hello") }, finding{Fail, "is not Prefect's: hello", "export PREFECT_API_URL"}},
		"upgrade is taken out": {func(t *testing.T) http.Handler { return proxied(t, page(404, "", "Server", "nginx")) }, finding{Fail, "the answer is 404 (nginx) and no upgrade", "proxy_set_header Upgrade"}},
		"page of a proxy":      {func(t *testing.T) http.Handler { return proxied(t, page(200, "<html>")) }, finding{Fail, "the answer is 200 and no upgrade", "proxy_set_header Upgrade"}},
		"refused":              {func(t *testing.T) http.Handler { return proxied(t, page(403, "")) }, finding{Fail, "refused with 403", "allow the path ws://"}},
		"bad gateway":          {func(t *testing.T) http.Handler { return proxied(t, page(502, "", "Via", "1.1 fly.io")) }, finding{Fail, "answered with 502 (1.1 fly.io)", "nginx"}},
		"cut off": {func(t *testing.T) http.Handler {
			return proxied(t, func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_ = c.Close()
				}
			})
		}, finding{Fail, "the connection ends at the upgrade", "proxy_set_header Upgrade"}},
		"not well": {func(t *testing.T) http.Handler {
			return proxied(t, func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_, _ = c.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"))
					_ = c.Close()
				}
			})
		}, finding{Fail, "101, but not well", "nginx"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			situation{server: test.server(t)}.expect(t, "websocket", test.want)
		})
	}
	t.Run("down", func(t *testing.T) { situation{}.expect(t, "websocket", finding{Skipped, "does not answer", ""}) })
	t.Run("refused", func(t *testing.T) {
		situation{server: guarded(well)}.expect(t, "websocket", finding{Skipped, "does not accept the password", ""})
	})
}

func TestSilentWebsockets(t *testing.T) {
	tests := map[string]struct {
		server func(*testing.T) http.Handler
		want   finding
	}{
		"buffered": {func(*testing.T) http.Handler { return socketServer("prefect", "") }, finding{Fail, "opens, but no answer comes through", "proxy_buffering off"}},
		"held": {func(t *testing.T) http.Handler {
			return proxied(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		}, finding{Fail, "the upgrade is not answered", "proxy_set_header Upgrade"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := situation{server: test.server(t)}.exam(t)
			e.meet(t.Context())
			ctx, cancel := context.WithTimeout(t.Context(), socketTime/50)
			defer cancel()
			matches(t, checkWebsocket(ctx, e)[0], test.want)
		})
	}
}
