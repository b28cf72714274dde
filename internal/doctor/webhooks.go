package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

// undeliveredTime is how long a webhook may wait while the server answers.
const undeliveredTime = 2 * time.Minute

// checkWebhooks looks at the gateway's inbox.
func checkWebhooks(ctx context.Context, e *Exam) []Finding {
	if e.Inbox == nil {
		if len(e.Config.Webhooks) == 0 {
			return skipped("no webhook is configured, and there is no inbox here")
		}
		return ok("%s configured; none has been received yet", are(len(e.Config.Webhooks), "webhook"))
	}
	state, err := e.Inbox(ctx)
	var known *fault.Error
	switch {
	case errors.As(err, &known) && known.Hint != "":
		return one(Fail, known.Hint, "the inbox cannot be read: %v", err)
	case err != nil:
		return one(Fail, "reeve webhook ls", "the inbox %s cannot be read: %v", e.Config.Gateway.Database, err)
	}
	var all []Finding
	if state.Dead > 0 {
		all = append(all, one(Warn, "reeve webhook ls --status dead, then: reeve webhook replay ID", "%s: the server refused them for good", plural(state.Dead, "dead letter"))...)
	}
	if state.Oldest != nil {
		age := e.Clock.Now().Sub(*state.Oldest)
		severity, next := OK, ""
		if age > undeliveredTime {
			severity, next = Fail, "reeve gateway start, if none runs; else: reeve webhook ls --status waiting"
		}
		because := ""
		if state.LastError != "" {
			because = ": " + strings.TrimSuffix(state.LastError, ".")
		}
		all = append(all, one(severity, next, "%s undelivered, the oldest since %s%s", are(state.Waiting, "webhook"), days(age), because)...)
	}
	if len(all) == 0 {
		return ok("all that were received are delivered")
	}
	return all
}
