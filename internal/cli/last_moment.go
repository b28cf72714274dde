package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// lastMoment is how long after it was told to stop a process of ours may still
// be there. Hosts kill after 5 s; what is acknowledged is on disk by then, so
// whatever still goes on is ended with the process.
const lastMoment = 4700 * time.Millisecond

// endInTime ends the process at the last moment after it was told to stop, in
// case something does not end by itself: a transaction in a loop, a request
// without an end. The returned function says that the command has ended.
func endInTime(p *process) (ended func()) {
	command, done := context.WithCancel(context.Background())
	stop := context.AfterFunc(p.ctx, func() {
		select {
		case <-clock.System{}.After(lastMoment):
			fmt.Fprintf(p.err, "error: something that was under way did not end within %v, and was ended with the process\n", lastMoment)
			os.Exit(1)
		case <-command.Done():
		}
	})
	return func() { stop(); done() }
}
