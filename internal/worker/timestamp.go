package worker

import "github.com/reevehq/reeve/internal/prefect"

// timestamp is a moment as the API writes it.
type timestamp = prefect.Time
