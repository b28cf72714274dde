package nudge

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
)

func TestAGatewayThatIsGoneIsSaidToBeSoSeldom(t *testing.T) {
	said := new(bytes.Buffer)
	machine := clock.NewManual(time.Unix(1_800_000_000, 0))
	g := &store.Gateway{Name: "g", URL: "http://gone"}
	l := &line{caller: &Caller{Clock: machine, Log: slog.New(slog.NewTextHandler(said, nil))}, gateway: g}
	warnings := func() int { return strings.Count(said.String(), "a gateway cannot be called") }
	for range 24 * 60 {
		l.missed(g, errors.New("connection refused"))
		machine.Advance(time.Minute)
	}
	if n := warnings(); n < 2 || n > 10 {
		t.Errorf("a day of failures is warned about %d times", n)
	}
	l.reached()
	l.reached()
	if n := strings.Count(said.String(), "can be called again"); n != 1 {
		t.Errorf("that it is back is said %d times", n)
	}
	before := warnings()
	if l.missed(g, errors.New("connection refused")); warnings() != before+1 {
		t.Error("that it is gone again is not said")
	}
}
