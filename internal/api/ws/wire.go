package ws

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// wire is what a hub remembers of a socket from its beginning: the connection, so
// that it can be cut off while a close handshake waits for a peer that does not
// answer, and whether the client has pinged.
type wire struct {
	http.ResponseWriter
	pinged chan struct{} // closed with the first ping

	mu   sync.Mutex
	conn net.Conn
}

func newWire(w http.ResponseWriter) *wire {
	return &wire{ResponseWriter: w, pinged: make(chan struct{})}
}

// Hijack implements http.Hijacker.
func (w *wire) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = conn
	return conn, buffered, err
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

// noting returns an answer to pings that notes the first one.
func (w *wire) noting(answer func(context.Context, []byte) bool) func(context.Context, []byte) bool {
	first := sync.OnceFunc(func() { close(w.pinged) })
	return func(ctx context.Context, payload []byte) bool {
		first()
		return answer == nil || answer(ctx, payload)
	}
}

// awaitPing returns once the client's first ping was answered, by which it finds
// out whether it is connected, or was awaited for a second. Somebody must read.
func (w *wire) awaitPing(ctx context.Context, c *websocket.Conn) {
	ctx, cancel := context.WithTimeout(ctx, openingTime)
	defer cancel()
	select {
	case <-w.pinged:
		_ = c.Ping(ctx) // its answer is read after the client's ping was answered
	case <-ctx.Done():
	}
}
