package doctor

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// sleepOutlook is what GET /reeve/sleep answers.
type sleepOutlook struct {
	NextDeadline *time.Time `json:"next_deadline"`
	Busy         bool       `json:"busy"`
	Reasons      []string   `json:"reasons"`
}

// checkSleep looks for what does not go together with a server that sleeps:
// clients that keep it awake, and deadlines for which nobody would wake it.
func checkSleep(ctx context.Context, e *Exam) []Finding {
	o := e.met.outlook
	if o == nil {
		return skipped("the server does not say what it must be awake for")
	}
	state := "nothing keeps it awake"
	if o.Busy {
		state = "awake, because " + strings.Join(o.Reasons, ", ")
	}
	if o.NextDeadline != nil {
		state += "; next needed at " + o.NextDeadline.UTC().Format(time.RFC3339)
	}
	mode := e.Config.Sleep.Mode
	if mode != "exit" && mode != "suspend" {
		return ok("no [sleep] is set here; %s", state)
	}
	found := e.keptAwake(o)
	var gateways []any
	err := e.api().Ask(ctx, http.MethodGet, "/reeve/gateways", nil, &gateways)
	if err == nil && len(gateways) == 0 && !e.gatewayHere(ctx) {
		found = append(found, e.withoutGateway(ctx, o)...)
	}
	if len(found) > 0 {
		return found
	}
	return ok("mode %s; %s", mode, state)
}

const throughGateway = "let workers ask the gateway: export PREFECT_API_URL=http://GATEWAY:4280/api, or have it keep them: reeve gateway start"

// keptAwake finds websockets of clients that ask the server itself.
func (e *Exam) keptAwake(o *sleepOutlook) []Finding {
	var direct []string
	for _, reason := range o.Reasons {
		if strings.Contains(reason, " connected to ") {
			direct = append(direct, reason)
		}
	}
	if len(direct) == 0 {
		return nil
	}
	return one(Warn, throughGateway, "the server is to sleep, but as long as it lasts it cannot: %s", strings.Join(direct, ", "))
}

// gatewayHere reports whether a gateway of this machine answers: it wakes the
// server, also one that cannot call it.
func (e *Exam) gatewayHere(ctx context.Context) bool {
	a, err := e.get(ctx, e.gatewayURL()+"/health")
	return err == nil && strings.Contains(a.body, `"inbox"`)
}

// withoutGateway finds workers whose polls would wake the server, and deadlines
// that would pass while it sleeps.
func (e *Exam) withoutGateway(ctx context.Context, o *sleepOutlook) []Finding {
	var found []Finding
	if o.NextDeadline != nil {
		found = one(Warn, "reeve gateway start wakes it, or a clock of yours: reeve wake-plan", "the server is to sleep and is needed at %s, but knows no gateway that would wake it", o.NextDeadline.UTC().Format(time.RFC3339))
	}
	all, err := e.pools(ctx)
	if err != nil {
		return found
	}
	var direct []string
	for i := range all {
		if p := &all[i]; p.online() > 0 && !e.configured(p.Name) {
			direct = append(direct, fmt.Sprintf("%s of pool %s", plural(p.online(), "worker"), p.Name))
		}
	}
	if len(direct) > 0 {
		found = append(found, one(Warn, throughGateway, "the server is to sleep, but %s asks it itself, every 15 s by default", strings.Join(direct, ", "))...)
	}
	return found
}
