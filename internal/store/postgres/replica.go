package postgres

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// beatPause is how often a server says that it is there, and looks at the others.
	beatPause = time.Second
	// hereTime is how long it counts as there after it last said so.
	hereTime = 5 * time.Second
	// leaseTime is how long a server leads after it last said so, as the database sees it;
	// trustTime, as it sees it itself, from before it said so.
	leaseTime = 4 * time.Second
	trustTime = 3 * time.Second
	// freeTime is how long nobody has led when no server can have been there: one that is
	// takes the lead well before.
	freeTime = 3 * time.Second
	// tellPause is the least time between two messages to the others: each takes a lock of
	// the whole cluster.
	tellPause = 50 * time.Millisecond
	// answerTime bounds what a beat waits for, and takeTime for its turn among writers.
	answerTime = 2 * time.Second
	takeTime   = time.Second
	// gapTime is how long a server did not run that was stopped, or suspended with its machine.
	gapTime = 10 * time.Second
	// unwellTime is how long nothing may come of beats before the health check says so.
	unwellTime = 30 * time.Second
)

// everyTopic stands for all of them.
const everyTopic = ^uint(0)

// replica is what a server has to do with the others of its database: see
// docs/design/replicas.md. It has a connection of its own and one goroutine, from start to stop.
type replica struct {
	db      *DB
	session uuid.UUID
	channel string
	terms   chan store.Term
	muted   atomic.Bool // by tests
	quit    chan struct{}
	ended   chan struct{} // closed once the goroutine is gone; nil when there is none

	// Of the goroutine alone.
	others int64 // there at the last beat
	// first says that the next beat is the first since the server started or went on.
	first  bool
	turned time.Duration // when the loop last turned, as all times here: see clock.Uptime
	count  counted

	mu        sync.Mutex // guards what follows
	woken     func(topics uint)
	interrupt func() // ends the wait for a message; nil while there is none
	told      uint   // topics that the others are to be told of
	commits   int64  // and how many there were
	term      *term  // nil while another leads
	beaten    time.Duration
	failed    error
}

func newReplica(db *DB) *replica {
	return &replica{db: db, session: clock.NewIDs(db.o.Clock).V4(), terms: make(chan store.Term, 1), quit: make(chan struct{}), first: true,
		woken: func(uint) {}}
}

func (r *replica) start() {
	r.ended = make(chan struct{})
	r.beaten, r.turned = clock.Uptime(), clock.Uptime()
	go func() {
		defer close(r.ended)
		r.run()
	}()
}

// stop gives up the lead, and has the others know that the server is gone.
func (r *replica) stop() {
	close(r.quit)
	if r.ended == nil {
		return
	}
	r.wakeUp()
	<-r.ended
}

func (r *replica) stopping() bool {
	select {
	case <-r.quit:
		return true
	default:
		return false
	}
}

func (r *replica) health() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	silent := clock.Uptime() - r.beaten
	if r.ended == nil || r.failed == nil || silent < unwellTime {
		return nil
	}
	return fault.Wrap(fault.Busy, r.failed, "the other servers of the database have not heard of this one for %s", silent.Round(time.Second))
}

// committed notes a commit of ours, of which the others are to be told.
func (r *replica) committed(topics uint) {
	if r.ended == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told |= topics
	r.commits++
	if r.commits == 1 && r.interrupt != nil {
		r.interrupt()
	}
}

func (r *replica) wakeUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.interrupt != nil {
		r.interrupt()
	}
}

func (r *replica) wake(topics uint) {
	r.mu.Lock()
	woken := r.woken
	r.mu.Unlock()
	woken(topics)
}

// run keeps a connection until stop.
func (r *replica) run() {
	for !r.stopping() {
		err := r.serve()
		r.mu.Lock()
		r.failed = err
		r.mu.Unlock()
		if err == nil {
			return
		}
		r.db.log.Warn("the connection to the other servers is lost", "error", err)
		select {
		case <-r.quit:
		case <-time.After(beatPause / 2):
		}
		r.turn()
	}
	r.endTerm()
}

// turn notices that the server did not run for a while: what it knew is of another time.
func (r *replica) turn() {
	now := clock.Uptime()
	if now-r.turned > gapTime {
		r.first = true
	}
	r.turned = now
}

// connect makes the connection. Who stops waiting on it ends the wait, not a statement.
func (r *replica) connect() (*pgx.Conn, error) {
	config := r.db.o.config.Copy()
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()}
	}
	ctx, cancel := context.WithTimeout(context.Background(), hereTime)
	defer cancel()
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	err = settle(ctx, c)
	if err == nil {
		_, err = c.Exec(ctx, ofTurns)
	}
	if err == nil && r.channel == "" {
		err = c.QueryRow(ctx, `SELECT 'reeve_' || hashtext(current_schema())::text`).Scan(&r.channel)
	}
	if err == nil {
		_, err = c.Exec(ctx, `LISTEN `+pgx.Identifier{r.channel}.Sanitize())
	}
	if err != nil {
		_ = c.Close(ctx)
		return nil, err
	}
	return c, nil
}

// serve does all there is to do on one connection, until it fails or the server stops. What was
// told while there was none is not known: everybody looks.
func (r *replica) serve() error {
	c, err := r.connect()
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		_ = c.Close(ctx)
	}()
	r.count.known = false
	arrived := false
	var beat, tell time.Duration // when each is next due
	for {
		r.turn()
		if r.stopping() {
			r.leave(c)
			return nil
		}
		if now := clock.Uptime(); now >= beat {
			next, err := r.beat(c)
			if err != nil {
				return err
			}
			beat = now + next
		}
		if !arrived {
			if err := r.notify(c, r.arrival()); err != nil {
				return err
			}
			arrived = true
			r.wake(everyTopic)
		}
		if now := clock.Uptime(); now >= tell {
			some, err := r.tell(c)
			if err != nil {
				return err
			}
			if some {
				tell = now + tellPause
			}
		}
		free, err := r.listen(c, beat, tell)
		if err != nil {
			return err
		}
		if free {
			beat = 0
		}
	}
}

// listen waits for a message, at most until something is due, and reports whether it says that
// the lead is free.
func (r *replica) listen(c *pgx.Conn, beat, tell time.Duration) (free bool, err error) {
	r.mu.Lock()
	some := r.commits > 0
	r.mu.Unlock()
	until := beat
	if some {
		until = min(until, tell)
	}
	ctx, cancel := context.WithTimeout(context.Background(), until-clock.Uptime())
	defer cancel()
	r.mu.Lock()
	if r.interrupt = cancel; !some && r.commits > 0 {
		cancel() // just now
	}
	r.mu.Unlock()
	if r.stopping() {
		return false, nil // it may have been told before there was anything to interrupt
	}
	n, err := c.WaitForNotification(ctx)
	r.mu.Lock()
	r.interrupt = nil
	r.mu.Unlock()
	if err != nil {
		if ctx.Err() != nil && !c.IsClosed() {
			return false, nil
		}
		return false, err
	}
	if n.Payload == freed {
		return true, nil
	}
	r.heard(n.Payload)
	return false, nil
}

// leave tells what is to be told, and that the server is gone.
func (r *replica) leave(c *pgx.Conn) {
	r.endTerm()
	if _, err := r.tell(c); err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_, _ = c.Exec(ctx, `WITH moment AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
		gone AS (UPDATE replica SET expires = now FROM moment WHERE session = $1),
		forgotten AS (DELETE FROM replica USING moment WHERE expires < now - $3),
		freed AS (UPDATE leader SET expires = now FROM moment WHERE session = $1 AND expires > now RETURNING pg_notify($2, '`+freed+`'))
		SELECT count(*) FROM freed`, r.session[:], r.channel, (24 * time.Hour).Microseconds())
}

// Session implements store.Sharing.
func (db *DB) Session() uuid.UUID { return db.replica.session }

// OnChange implements store.Sharing.
func (db *DB) OnChange(woken func(topics uint)) {
	db.replica.mu.Lock()
	defer db.replica.mu.Unlock()
	db.replica.woken = woken
}

// Terms implements store.Sharing.
func (db *DB) Terms() <-chan store.Term { return db.replica.terms }
