package proxy

import (
	"context"
	"errors"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/clock"
)

// redials are the pauses before a server's websocket that was lost while the
// server is awake is opened again: when it stops it says so in the first of them.
var redials = clock.Backoff{Least: 500 * time.Millisecond, Most: longestWait}

const (
	// writeTime bounds the writing of one message.
	writeTime = 30 * time.Second
	// waitingFrames bounds the client's messages that wait for the server.
	waitingFrames = 64
)

// fate is what becomes of a client's message.
type fate int

const (
	absorbed  fate = iota // it is for a server that is awake; another has no use for it
	necessary             // the server must have it, and is woken
)

// carried is a client's websocket that goes on while the server's comes and goes
// with the server's sleep.
type carried struct {
	*socket
	// greet says on the server's websocket what the server must know. It gives what
	// the client hears of it, nil for nothing.
	greet func(ctx context.Context, up *websocket.Conn) ([]byte, error)
	// down gives what the client gets of the server's message.
	down func(message []byte) []byte
	// fate judges the client's message.
	fate func(message []byte) fate
	// leave is called when the server's websocket was left: in order, or because it
	// was lost at some time before. It may be nil.
	leave func(lost bool)
	// eager opens the server's websocket at once, even when the server must be
	// woken for it.
	eager bool

	from    chan []byte // the client's messages
	gone    chan error  // how the client went
	pending [][]byte
}

// carry serves until the client goes, ctx ends, or the server refuses. up is the
// server's websocket if it is open already.
func (c *carried) carry(ctx context.Context, up *websocket.Conn) error {
	c.from, c.gone = make(chan []byte, waitingFrames), make(chan error, 1)
	c.readers.Go(func() { c.gone <- pump(ctx, c.client, c.from, ctx.Done()) })
	if up != nil {
		c.eager = false
	}
	for try := 0; ; try++ {
		if up == nil {
			if err := c.await(ctx); err != nil {
				return err
			}
			var err error
			if up, _, err = c.dial(ctx, true); err != nil {
				if stop := c.lost(ctx, err, try); stop != nil {
					return stop
				}
				continue
			}
		}
		began := c.p.clock.Now()
		err := c.attached(ctx, up)
		c.finish(up)
		up = nil
		if c.leave != nil {
			c.leave(err != nil)
		}
		var left *clientGone
		if errors.As(err, &left) {
			return left.err
		}
		if c.p.clock.Now().Sub(began) > time.Minute {
			try = 0
		}
		if err != nil {
			if stop := c.lost(ctx, final(err), try); stop != nil {
				return stop
			}
		}
	}
}

// lost waits after the server's websocket was lost; an error is the end.
func (c *carried) lost(ctx context.Context, err error, try int) error {
	var r *refusal
	if errors.As(err, &r) {
		return err
	}
	c.p.log.Debug("the server's websocket was lost", "path", c.path.Path, "error", err)
	c.p.view.lost()
	select {
	case <-c.p.clock.After(redials.Pause(try + 1)):
		return nil
	case gone := <-c.gone:
		return gone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// clientGone says that the client went, and how.
type clientGone struct{ err error }

func (g *clientGone) Error() string { return g.err.Error() }

// await returns when the server is awake, or needed.
func (c *carried) await(ctx context.Context) error {
	for {
		g := c.p.view.now()
		if !g.asleep || c.eager || len(c.pending) > 0 {
			c.eager = false
			return nil
		}
		select {
		case message := <-c.from:
			c.queue(message)
		case <-g.changed:
		case err := <-c.gone:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// queue keeps a message that the server must have.
func (c *carried) queue(message []byte) {
	if c.fate(message) == necessary && len(c.pending) < waitingFrames {
		c.pending = append(c.pending, message)
	}
}

// attached carries messages both ways until either side ends or the server is
// about to sleep.
func (c *carried) attached(ctx context.Context, up *websocket.Conn) error {
	left := make(chan struct{})
	defer close(left)
	greeting, cancelGreeting := context.WithTimeout(ctx, openTime)
	heard, err := c.greet(greeting, up)
	cancelGreeting()
	if err == nil && heard != nil {
		err = c.tell(ctx, heard)
	}
	for err == nil && len(c.pending) > 0 {
		if err = send(ctx, up, c.pending[0]); err == nil {
			c.pending = c.pending[1:]
		}
	}
	if err != nil {
		return err
	}
	from, ended := make(chan []byte), make(chan error, 1)
	c.readers.Go(func() { ended <- pump(ctx, up, from, left) })
	c.readers.Go(func() { c.keepAlive(ctx, up, left) })
	for {
		g := c.p.view.now()
		if g.asleep {
			return nil
		}
		select {
		case message := <-from:
			if message = c.down(message); message != nil {
				err = c.tell(ctx, message)
			}
		case message := <-c.from:
			if err = send(ctx, up, message); err != nil {
				c.queue(message)
			}
		case err = <-ended:
		case err = <-c.gone:
			return &clientGone{err}
		case <-g.changed:
		}
		if err != nil {
			return err
		}
	}
}

// pingEvery is the pause between two pings, and how long one may take.
const pingEvery = 30 * time.Second

// keepAlive pings the server until it is left, and cuts a connection that is dead.
func (s *socket) keepAlive(ctx context.Context, up *websocket.Conn, left <-chan struct{}) {
	for {
		select {
		case <-left:
			return
		case <-s.p.clock.After(pingEvery):
		}
		wait, cancel := context.WithTimeout(ctx, pingEvery)
		err := up.Ping(wait)
		cancel()
		if err != nil {
			_ = up.CloseNow()
			return
		}
	}
}

// tell writes a message to the client.
func (c *carried) tell(ctx context.Context, message []byte) error {
	if err := send(ctx, c.client, message); err != nil {
		return &clientGone{err}
	}
	return nil
}

func send(ctx context.Context, c *websocket.Conn, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return c.Write(ctx, websocket.MessageText, message)
}

// pump reads messages until the websocket ends, and gives how it ended. ctx is
// that of the whole: a websocket whose reading is given up is cut. After left
// nobody takes messages any more.
func pump(ctx context.Context, c *websocket.Conn, to chan<- []byte, left <-chan struct{}) error {
	for {
		_, message, err := c.Read(ctx)
		if err != nil {
			return err
		}
		select {
		case to <- message:
		case <-left:
		}
	}
}
