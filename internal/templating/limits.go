package templating

import (
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

// Limits bound what is rendered and checked for one request. What people write
// needs a thousandth of them.
var Limits = budget.Limits{Steps: 2_000_000, Bytes: 64 << 20, Time: 2 * time.Second}
