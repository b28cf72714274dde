package wire

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// ClaimHeader is the request header in which a worker that proposes PENDING
// says who it is: a JSON object of labels (see prefect.OwnerLabels), which the
// run bears from the same transaction on. A worker that is killed thereafter is
// known to have the run, while labels that follow in a request of their own may
// never come.
const ClaimHeader = "Reeve-Claim"

// GatewayHeader marks what a gateway asks for itself and for workers that only
// wait (their polls, heartbeats and websockets), with the gateway's name: it is
// no reason for the server to stay awake, since the gateway stands in for it
// while it is away.
const GatewayHeader = "Reeve-Gateway"

// NextDueHeader is on the answer to a worker's poll: when the first run is due
// that the worker may start, as NextDue writes it.
const NextDueHeader = "Reeve-Next-Due"

// NextDue returns the value of NextDueHeader: a time by RFC 3339 in UTC, or "none"
// for nil.
func NextDue(at *prefect.Time) string {
	if at == nil {
		return "none"
	}
	return at.UTC().Format(time.RFC3339Nano)
}
