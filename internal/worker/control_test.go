package worker

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// dialSession is the process's side of a session.
func dialSession(t *testing.T, env []string) (net.Conn, *bufio.Reader) {
	t.Helper()
	var port, token string
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "PREFECT__CONTROL_PORT="); ok {
			port = v
		}
		if v, ok := strings.CutPrefix(e, "PREFECT__CONTROL_TOKEN="); ok {
			token = v
		}
	}
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	send(t, c, token+"\n"+helloPrefix+"\x02\x01")
	in := bufio.NewReader(c)
	answer := make([]byte, 5)
	if _, err := io.ReadFull(in, answer); err != nil || string(answer) != helloPrefix+"\x02\x01" {
		t.Fatalf("hello answered %q, %v", answer, err)
	}
	return c, in
}

func send(t *testing.T, c net.Conn, data string) {
	t.Helper()
	if _, err := c.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
}

func TestControlSession(t *testing.T) {
	c, err := listenControl()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()

	t.Run("a receipt concludes it", func(t *testing.T) {
		s, env := c.open(uuid.New())
		conn, in := dialSession(t, env)
		receipt := `{"disposition":"ORCHESTRATION_ABORTED"}`
		size := binary.BigEndian.AppendUint32(nil, uint32(len(receipt)))
		send(t, conn, "\x01"+string(size)+receipt)
		if ack, err := in.ReadByte(); err != nil || ack != receiptAck {
			t.Fatalf("receipt answered %v, %v", ack, err)
		}
		if got := s.cancel(time.After); got != tooLate {
			t.Errorf("a cancellation after it: %v", got)
		}
		if !c.end(s) {
			t.Error("not concluded")
		}
	})

	t.Run("an acknowledged intent concludes it", func(t *testing.T) {
		s, env := c.open(uuid.New())
		conn, in := dialSession(t, env)
		go func() {
			if intent, err := in.ReadByte(); err == nil && intent == intentCancel {
				_, _ = conn.Write([]byte{intentAck})
			}
		}()
		if got := s.cancel(time.After); got != prepared {
			t.Errorf("cancel: %v", got)
		}
		if !c.end(s) {
			t.Error("not concluded")
		}
	})

	t.Run("nobody listens", func(t *testing.T) {
		s, _ := c.open(uuid.New())
		if got := s.cancel(time.After); got != unreachable {
			t.Errorf("cancel: %v", got)
		}
		if c.end(s) {
			t.Error("concluded")
		}
	})

	t.Run("a token is for one connection", func(t *testing.T) {
		_, env := c.open(uuid.New())
		dialSession(t, env)
		again, err := net.Dial("tcp", c.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		send(t, again, strings.TrimPrefix(env[1], "PREFECT__CONTROL_TOKEN=")+"\n")
		if _, err := again.Read(make([]byte, 1)); err == nil {
			t.Error("a second connection was taken")
		}
	})

	t.Run("without a listener", func(t *testing.T) {
		var none *control
		s, env := none.open(uuid.New())
		if env != nil || s.cancel(time.After) != unreachable || none.end(s) {
			t.Error("a session where there is none")
		}
	})
}
