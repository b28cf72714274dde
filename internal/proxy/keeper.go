package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/prefect"
)

const (
	// lead is how long before its next deadline the server is woken.
	lead = time.Second
	// restful is for how long nothing but waiting must have gone on before a server
	// that cannot call is asked whether it has anything to do.
	restful = 5 * time.Second
	// lookAgain is the pause after it had.
	lookAgain = 5 * time.Second
	// longestWait bounds one timer, so that a jump of the clock is noticed.
	longestWait = 30 * time.Second
	// muteTime is for how long a server that is none of Reeve's is let alone.
	muteTime = 10 * time.Minute
	// sayAgain is the pause after the server could not be told of this gateway.
	sayAgain = 10 * time.Second
)

// keeper keeps in touch with the server: tells it where this gateway is, wakes it
// at its deadlines, and asks it now and then when it cannot call.
type keeper struct {
	p *Proxy
	// told says that the server knows where this gateway is, called that it has
	// called. One that no longer does may have forgotten.
	told, called bool
	// next is not done anything before, after a failure.
	next time.Time
	// looked is when the server was last asked while it slept.
	looked time.Time
	awake  bool
}

// keep runs until ctx ends.
func (p *Proxy) keep(ctx context.Context) {
	k := &keeper{p: p, awake: true}
	for ctx.Err() == nil {
		g := p.view.now()
		wait := k.step(ctx, g)
		select {
		case <-ctx.Done():
		case <-g.changed:
		case <-p.clock.After(max(0, min(wait, longestWait))):
		}
	}
}

// step does what is due and says when to look again.
func (k *keeper) step(ctx context.Context, g glimpse) time.Duration {
	p, now := k.p, k.p.clock.Now()
	if g.asleep != !k.awake {
		k.awake = !g.asleep
		k.looked = now
		if k.awake {
			p.bringHeartbeats(ctx, 0)
		}
	}
	if k.called && !g.calls {
		k.told = false
	}
	k.called = g.calls
	pools, fresh := p.pools.list()
	switch {
	case now.Before(k.next):
		return k.next.Sub(now)
	case g.asleep:
		return k.guard(ctx, g, now)
	case p.settings.URL != "" && (!k.told || fresh):
		k.introduce(ctx, pools)
		return 0
	case g.calls:
		return longestWait
	case g.idle < restful:
		return restful - g.idle
	}
	return k.look(ctx)
}

// guard wakes the server when it is needed, or asks it whether it is.
func (k *keeper) guard(ctx context.Context, g glimpse, now time.Time) time.Duration {
	p := k.p
	wait := longestWait
	if g.outlook.Deadline != nil {
		left := g.outlook.Deadline.Add(-lead).Sub(now)
		if left <= 0 {
			if err := p.wake(ctx); err != nil {
				p.log.Warn("the server cannot be woken", "error", err)
				k.next = now.Add(sayAgain)
			}
			return 0
		}
		wait = min(wait, left)
	}
	if !g.calls {
		left := k.looked.Add(time.Duration(p.settings.FloorPoll)).Sub(now)
		if left <= 0 {
			return k.look(ctx)
		}
		wait = min(wait, left)
	}
	return wait
}

// introduce tells the server where this gateway is.
func (k *keeper) introduce(ctx context.Context, pools []string) {
	p := k.p
	err := p.api.Ask(ctx, http.MethodPut, "/reeve/gateways/"+url.PathEscape(p.settings.Name),
		map[string]any{"url": p.settings.URL, "pools": pools, "token": p.token}, nil)
	switch {
	case err == nil:
		k.told = true
	case unknownThere(err):
		k.alone()
	case ctx.Err() == nil:
		p.log.Debug("the server could not be told of this gateway", "error", err)
		k.next = p.clock.Now().Add(sayAgain)
	}
}

// alone lets a server alone that is none of Reeve's: it never sleeps.
func (k *keeper) alone() {
	k.p.log.Info("the server is none of Reeve's: everything is passed to it, and it is not expected to sleep")
	k.p.view.woke()
	k.next = k.p.clock.Now().Add(muteTime)
}

// unknownThere reports whether the server does not know such a request.
func unknownThere(err error) bool {
	var status *client.Status
	return errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusMethodNotAllowed)
}

// look asks a server that cannot call what it will be needed for. When it has
// nothing to do it is left alone: asked again at its deadline, when a worker has
// something to say, or when enough time has passed.
func (k *keeper) look(ctx context.Context) time.Duration {
	p := k.p
	var found struct {
		Busy     bool          `json:"busy"`
		Deadline *prefect.Time `json:"next_deadline"`
		Pools    []struct {
			Name    string        `json:"name"`
			NextDue *prefect.Time `json:"next_due"`
		} `json:"pools"`
	}
	err := p.api.Ask(ctx, http.MethodGet, "/reeve/sleep", nil, &found)
	now := p.clock.Now()
	k.looked = now
	if unknownThere(err) {
		k.alone()
		return 0
	}
	if err != nil {
		p.log.Debug("ask the server what it will be needed for", "error", err)
		return sayAgain
	}
	o := outlook{Deadline: found.Deadline, Pools: map[string]*prefect.Time{}}
	for _, pool := range found.Pools {
		o.Pools[pool.Name] = pool.NextDue
	}
	soon := o.Deadline != nil && o.Deadline.Sub(now) < lookAgain
	if found.Busy || soon {
		p.view.woke()
		return lookAgain
	}
	if !p.view.sleeping() {
		// Until it is asked again nothing is heard of the workers.
		p.bringHeartbeats(ctx, time.Duration(p.settings.FloorPoll))
	}
	p.view.slept(o)
	return 0
}
