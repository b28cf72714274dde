package outbox

import "time"

// Result is how an attempt ended.
type Result struct {
	// Made says what an attempt that succeeded has made. It is kept.
	Made string
	// Err is why the attempt failed, nil when it succeeded. Its text is kept.
	Err error
	// Final says of a failure that it is of no use to try again: the delivery is dead.
	// That it has been tried for long enough is a reason too, which the attempt judges.
	Final bool
	// Away says of a failure that any other attempt would fail as well just now.
	Away bool
	// RetryAfter is for how long whoever was asked wants to be let alone, 0 for nothing said.
	RetryAfter time.Duration
}

// Reporter hears what happens in an outbox, to log it in the words of what is
// delivered. It is called from several goroutines.
type Reporter[E any] interface {
	// Ended hears how an attempt ended. unwritten is why that could not be written
	// down, nil when it was.
	Ended(e E, r Result, unwritten error)
	// Away hears that nothing can be delivered now, and why.
	Away(reason error)
	// Back hears that deliveries go on, and after what time.
	Back(after time.Duration)
	// Purged hears how many deliveries were deleted that were kept long enough.
	Purged(status Status, number int)
	// LookFailed and PurgeFailed hear that the storage could not be asked for what
	// others made wait again, or told to delete what was kept long enough.
	LookFailed(err error)
	PurgeFailed(err error)
}
