package triggers

import "github.com/reevehq/reeve/internal/prefect"

// metricWatch is a metric trigger.
type metricWatch struct {
	place
	*prefect.MetricTrigger
}
