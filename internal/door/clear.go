package door

import (
	"context"
	"time"
)

// barTime is for how long connections are completed that clients had asked for
// when the door was barred: a few round trips.
const barTime = 100 * time.Millisecond

// Clear brings everybody who has connected, and those whom the kernel has let in
// already, to an end that makes a client try again. From refuse on the server must
// answer all that comes so: requests with 503, websockets by opening them and
// closing them with 1012. A connection that ends without an answer would end a
// flow run, since prefect's websocket client takes it for a misconfiguration. With
// kept, the socket outlives the process, and who comes from now on is for the next.
//
// It returns when nobody waits, or ctx ends. The door stays barred until it is
// shut, which is best done last: who is refused a connection does not always come
// again.
func Clear(ctx context.Context, d *Door, c *Connections, kept bool, refuse func()) {
	if kept {
		_ = d.Close()
	} else {
		d.Bar()
	}
	refuse()
	pause(ctx, barTime)
	for c.Settle(ctx); d.Waiting() && !kept && ctx.Err() == nil; c.Settle(ctx) {
		pause(ctx, barTime/10) // until it is accepted
	}
	c.CloseSilent()
}

// pause waits for d, or until ctx ends. It measures the network, so it goes by
// the machine's time, as the deadline of ctx does.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
