package doctor

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	// skewed is the difference of two clocks that makes schedules and states look
	// odd; wrong is one that makes leases, tokens and signed webhooks fail.
	skewed = 3 * time.Second
	wrong  = time.Minute
	// jumped is the change of the difference within this examination that no
	// steady clock makes.
	jumped = 2 * time.Second
)

// checkClock sets this machine's clock against the server's, twice, so that one
// that jumps is found too.
func checkClock(ctx context.Context, e *Exam) []Finding {
	if e.met.skew == nil {
		return skipped("the server did not say what time it is")
	}
	skew, exact := *e.met.skew, false
	if e.met.accepts {
		var said reeveVersion
		sent := e.Clock.Now()
		if e.api().Ask(ctx, http.MethodGet, "/reeve/version", nil, &said) == nil {
			received := e.Clock.Now()
			now := said.Now.Sub(sent.Add(received.Sub(sent) / 2))
			if apart := (now - skew).Abs(); apart > jumped && received.Sub(sent) < slow {
				return one(Warn, "chronyc makestep, or: systemctl restart systemd-timesyncd", "a clock jumped by %s while it was looked at: a machine was suspended, or its time was set", apart.Round(time.Second))
			}
			skew, exact = now, true
		}
	}
	ahead := "ahead"
	if skew < 0 {
		ahead = "behind"
	}
	const next = "date -u on both machines; set the wrong one: chronyc makestep, or: systemctl restart systemd-timesyncd"
	switch off := skew.Abs(); {
	case off >= wrong:
		return one(Fail, next, "the server's clock is %s %s ours", off.Round(time.Second), ahead)
	case off >= skewed:
		return one(Warn, next, "the server's clock is %s %s ours", off.Round(time.Second), ahead)
	case exact:
		return ok("the server's clock is within %s of ours", (off + time.Millisecond).Truncate(time.Millisecond))
	}
	return ok("the server's clock agrees with ours to the second")
}

// days writes a duration for people.
func days(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
