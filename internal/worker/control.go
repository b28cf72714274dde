package worker

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// The bytes of a control session. A run's process connects to a port of the
// loopback, sends its token and a newline, and may then say hello (the prefix,
// a version and its capabilities), which is answered in kind. From us it takes
// one byte, the intent, which it acknowledges; to us it sends one receipt of the
// state it reported. The first of the two is the session's end.
const (
	intentCancel     = 'c'
	intentAck        = 'a'
	helloPrefix      = "\x00PF"
	receiptPrefix    = 0x01
	receiptAck       = 0x02
	receiptVersion   = 2
	legacyVersion    = 1
	receiptSupported = 1
	largestReceipt   = 4096
	tokenWait        = 5 * time.Second
	ackWait          = time.Second
)

// control listens for the control sessions of all runs of this worker. Without
// it (the loopback cannot be bound) runs are cancelled by signals alone.
type control struct {
	listener net.Listener

	mu       sync.Mutex
	sessions map[string]*session // by token
}

// session is the control session of one process.
type session struct {
	token string
	ended chan struct{} // closed when concluded is final or the process hung up

	mu        sync.Mutex
	conn      net.Conn
	pending   bool
	acked     chan struct{}
	concluded bool
}

func listenControl() (*control, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &control{listener: l, sessions: map[string]*session{}}
	go c.accept()
	return c, nil
}

func (c *control) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return // closed
		}
		go c.serve(conn)
	}
}

func (c *control) close() {
	if c != nil {
		_ = c.listener.Close()
	}
}

// open makes a session and the environment that leads a process to it.
func (c *control) open(token uuid.UUID) (*session, []string) {
	s := &session{token: hex.EncodeToString(token[:]), ended: make(chan struct{}), acked: make(chan struct{})}
	if c == nil {
		return s, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions[s.token] = s
	_, port, _ := net.SplitHostPort(c.listener.Addr().String()) // an address of our own
	return s, []string{"PREFECT__CONTROL_PORT=" + port, "PREFECT__CONTROL_TOKEN=" + s.token}
}

// end forgets a session and reports whether its process concluded it: it
// reported its state itself, or took over from a signal.
func (c *control) end(s *session) bool {
	if c != nil {
		c.mu.Lock()
		delete(c.sessions, s.token)
		c.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.Close()
	}
	return s.concluded
}

func (c *control) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	late := time.AfterFunc(tokenWait, func() { _ = conn.Close() })
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	late.Stop()
	if err != nil {
		return
	}
	c.mu.Lock()
	token := strings.TrimSpace(line)
	s := c.sessions[token]
	delete(c.sessions, token) // for one connection only
	c.mu.Unlock()
	if s == nil {
		return
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	s.talk(in)
	s.mu.Lock()
	s.conn = nil
	s.mu.Unlock()
	close(s.ended)
}

// talk takes what the process sends until the session ends.
func (s *session) talk(in *bufio.Reader) {
	receipts := false
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return
		}
		switch kind {
		case intentAck:
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.pending && !s.concluded {
				s.concluded = true
				close(s.acked)
			}
			return
		case helloPrefix[0]:
			rest := make([]byte, len(helloPrefix)-1+2)
			if _, err := io.ReadFull(in, rest); err != nil || string(rest[:len(helloPrefix)-1]) != helloPrefix[1:] {
				return
			}
			answer := append([]byte(helloPrefix), legacyVersion, 0)
			if version, can := rest[len(rest)-2], rest[len(rest)-1]; version >= receiptVersion && can&receiptSupported != 0 {
				receipts = true
				answer = append([]byte(helloPrefix), receiptVersion, receiptSupported)
			}
			if !s.write(answer) {
				return
			}
		case receiptPrefix:
			var size [4]byte
			if _, err := io.ReadFull(in, size[:]); err != nil || !receipts {
				return
			}
			n := binary.BigEndian.Uint32(size[:])
			if n > largestReceipt {
				return
			}
			if _, err := io.CopyN(io.Discard, in, int64(n)); err != nil {
				return
			}
			s.mu.Lock()
			first := !s.concluded
			s.concluded = true
			s.mu.Unlock()
			if first {
				s.write([]byte{receiptAck})
			}
			return
		default:
			return
		}
	}
}

func (s *session) write(data []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return false
	}
	_, err := s.conn.Write(data)
	return err == nil
}

// How a process took the news that its run is being cancelled.
type cancelAnswer int

const (
	unreachable cancelAnswer = iota // it is not listening: the signal must do
	prepared                        // it knows what the signal will mean
	tooLate                         // it has reported its last state already
)

// cancel tells the process that the signal that follows means cancellation.
func (s *session) cancel(after func(time.Duration) <-chan time.Time) cancelAnswer {
	s.mu.Lock()
	if s.concluded {
		s.mu.Unlock()
		return tooLate
	}
	sent := false
	if s.conn != nil && !s.pending {
		s.pending = true
		_, err := s.conn.Write([]byte{intentCancel})
		sent = err == nil
	}
	s.mu.Unlock()
	if !sent {
		return unreachable
	}
	select {
	case <-s.acked:
		return prepared
	case <-s.ended:
	case <-after(ackWait):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.acked:
		return prepared
	default:
	}
	if s.concluded {
		return tooLate
	}
	return unreachable
}
