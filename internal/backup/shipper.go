package backup

import (
	"context"
	"errors"
	"log/slog"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store/sqlite"
)

// waits is how long a failing storage is left alone.
var waits = clock.Backoff{Least: time.Second, Most: time.Minute}

const (
	// mostPages bounds a piece: 8 MB of the usual pages, before they are compressed.
	mostPages = 2048
	// mostPieces bounds a generation, so that a restore has few to fetch. One also
	// ends when its changes have grown to twice what it began with.
	mostPieces = 1000
	// leastMore is how large the changes may always grow.
	leastMore = 16 << 20

	// hurriedWait is how long a failing storage is left alone while the program ends.
	hurriedWait = 300 * time.Millisecond
	// holdTime is how long a failing storage keeps the machine awake.
	holdTime = 2 * time.Minute
)

// Config is what a Shipper needs to know.
type Config struct {
	Bucket Bucket
	// URL names the bucket and prefix, for people and to tell one from another.
	URL string
	// Name is the database's folder in the bucket, "server" or "inbox".
	Name string
	// Path is the database file.
	Path      string
	Interval  time.Duration // how long a change may wait for others
	Retention time.Duration
	Clock     clock.Clock
	IDs       clock.IDs
	Log       *slog.Logger
}

// Shipper brings the changes of one database to a bucket. Its methods may be
// called on nil, a database that is not copied.
//
// Its life: New, Untouched while the database is opened, Start, Finish, and
// Closed when the database was closed.
type Shipper struct {
	Config
	changes *sqlite.Changes
	stop    context.CancelFunc
	ended   chan struct{}
	nudge   chan struct{}

	// of the goroutine of run
	at       position // of the last piece that arrived
	verified bool     // the bucket has what at says
	complete bool     // the generation has a point
	point    bool     // the last piece was one
	body     []byte   // of the piece that is on its way, nil for none
	next     piece

	leastMore int64

	mu      sync.Mutex
	status  Status
	waiters []chan struct{} // of Flush
}

// New makes a shipper. It neither reads nor asks anything yet.
func New(c Config) *Shipper {
	return &Shipper{Config: c, nudge: make(chan struct{}, 1), ended: make(chan struct{}), leastMore: leastMore,
		status: Status{URL: c.URL, Database: c.Name}}
}

// Untouched reports whether the database, which is closed and locked, is as it was
// when all of it had been copied.
func (s *Shipper) Untouched() bool {
	if s == nil {
		return false
	}
	at, ok := readPosition(s.Path, s.URL)
	if ok {
		s.at, s.complete, s.point = at, true, true
		s.status.Until, s.status.Generation, s.status.Pieces = &at.Time, at.Generation, at.Number
	}
	return ok
}

// Start copies what changes until Finish.
func (s *Shipper) Start(changes *sqlite.Changes) {
	if s == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	s.mu.Lock()
	s.changes, s.stop = changes, stop
	s.mu.Unlock()
	go s.run(ctx)
}

// Flush waits until all that was written has arrived, and hurries.
func (s *Shipper) Flush(ctx context.Context) error {
	if !s.started() {
		return nil
	}
	done := make(chan struct{})
	s.mu.Lock()
	s.waiters = append(s.waiters, done)
	s.mu.Unlock()
	select {
	case s.nudge <- struct{}{}:
	default:
	}
	select {
	case <-done:
		return nil
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Finish copies what is left, for as long as ctx allows, and ends.
func (s *Shipper) Finish(ctx context.Context) {
	if !s.started() {
		return
	}
	if err := s.Flush(ctx); err != nil {
		s.Log.Warn("the end of the database was not backed up: all of it will be at the next start", "url", s.URL, "database", s.Name)
	}
	s.stop()
	<-s.ended
}

// Closed notes how far the database was copied, once it is closed.
func (s *Shipper) Closed() {
	if !s.started() {
		return
	}
	var err error
	if s.pending() || !s.point || s.at.Generation == "" {
		err = removePosition(s.Path)
	} else {
		err = writePosition(s.Path, s.at)
	}
	if err != nil {
		s.Log.Warn("note how far the database was backed up", "error", err)
	}
}

func (s *Shipper) started() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes != nil
}

// Holds reports whether a machine should stay awake until what was written has
// arrived. A storage that has not answered for a while keeps nobody awake: all of
// the database is copied after the next start then.
func (s *Shipper) Holds() bool {
	status, ok := s.Status()
	return ok && status.Pending && (status.Since == nil || s.Clock.Now().Sub(*status.Since) < holdTime)
}

// pending tells, on the goroutine of run, whether something written has not
// arrived.
func (s *Shipper) pending() bool { return s.body != nil || s.changes.Pending() }

func (s *Shipper) run(ctx context.Context) {
	defer close(s.ended)
	for {
		if !s.pending() {
			s.rest()
			select {
			case <-ctx.Done():
				return
			case <-s.changes.Told():
			case <-s.nudge:
			}
			continue
		}
		if !s.wait(ctx, s.Interval, 0) {
			return
		}
		failures := 0
		for s.pending() {
			err := s.step(ctx)
			if ctx.Err() != nil {
				return
			}
			s.note(err)
			if err == nil {
				failures = 0
				continue
			}
			failures++
			if !s.wait(ctx, waits.Pause(failures), hurriedWait) {
				return
			}
		}
	}
}

// rest tells those who wait that all has arrived.
func (s *Shipper) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes.Pending() {
		return // written just now: those who wait go on
	}
	for _, done := range s.waiters {
		close(done)
	}
	s.waiters = nil
}

func (s *Shipper) hurried() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiters) > 0
}

// wait waits for d, or for as long as hurried when somebody waits; false when it
// is over.
func (s *Shipper) wait(ctx context.Context, d, hurried time.Duration) bool {
	if s.hurried() {
		d = min(d, hurried)
	}
	if d > 0 {
		select {
		case <-s.Clock.After(d):
		case <-s.nudge:
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// step brings one piece to the bucket.
func (s *Shipper) step(ctx context.Context) error {
	if s.body == nil {
		if err := s.generation(ctx); err != nil {
			return err
		}
		if err := s.pack(ctx); err != nil || s.body == nil {
			return err
		}
	}
	// The same piece until it has arrived: a request that was given up may still
	// be carried out later, and must not undo another.
	if err := s.Bucket.Put(ctx, s.next.key, s.body); err != nil {
		return err
	}
	s.at.Number = s.next.number
	if s.complete {
		s.at.More += int64(len(s.body))
	} else {
		s.at.First += int64(len(s.body))
	}
	s.body, s.point = nil, s.next.point
	if s.point {
		s.at.Time = s.next.time
		if !s.complete {
			s.complete = true
			s.tidy(ctx)
		}
	}
	s.arrived(s.at, s.point)
	return nil
}

// pack makes the next piece.
func (s *Shipper) pack(ctx context.Context) error {
	s.setInFlight(true)
	var w *pieceWriter
	err := s.changes.Take(ctx, mostPages, func(t sqlite.Taken) (err error) {
		s.next = piece{number: s.at.Number + 1, time: s.Clock.Now(), point: t.Whole}
		s.next.key = path.Join(s.Name, s.at.Generation, s.next.name())
		w, err = newPiece(pieceHeader{PageSize: t.PageSize, Pages: t.Pages, Count: len(t.Numbers), Schema: t.Schema, Point: t.Whole})
		return err
	}, func(number uint32, data []byte) error { return w.page(number, data) })
	if err != nil {
		s.setInFlight(false)
		return err
	}
	s.body, err = w.close()
	return err
}

// generation makes sure that there is a generation to go on with.
func (s *Shipper) generation(ctx context.Context) error {
	if s.at.Generation != "" && !s.verified {
		// Somebody may have emptied the bucket, or brought an older volume back.
		has, err := s.Bucket.List(ctx, path.Join(s.Name, s.at.Generation)+"/", "")
		if err != nil {
			return err
		}
		if found := inOrder(has); len(found) == 1 && !found[0].broken && len(found[0].pieces) == s.at.Number {
			s.verified = true
		} else {
			s.Log.Warn("the bucket does not have what this database was copied to: it is copied anew", "url", s.URL, "database", s.Name)
			s.at.Generation = ""
		}
	}
	if s.at.Generation != "" && !s.spent() {
		return nil
	}
	all, err := generations(ctx, s.Bucket, s.Name)
	if err != nil {
		return err
	}
	s.at = position{URL: s.URL, Generation: newGeneration(all, s.Clock, s.IDs), Time: s.at.Time}
	s.verified, s.complete, s.point = true, false, false
	s.changes.MarkAll()
	return nil
}

// spent reports whether it is time for a new generation: only after a point, so
// that the old one can be restored meanwhile.
func (s *Shipper) spent() bool {
	return s.point && (s.at.Number >= mostPieces || s.at.More > max(2*s.at.First, s.leastMore))
}

// tidy removes generations that nobody needs. It is no failure of the backup when
// that fails: the next generation tries again.
func (s *Shipper) tidy(ctx context.Context) {
	all, err := generations(ctx, s.Bucket, s.Name)
	if err == nil {
		for _, g := range expired(all, s.Clock.Now(), s.Retention) {
			// The newest first, so that one that was removed in part has no gap.
			for _, key := range slices.Backward(g.keys) {
				if err = errors.Join(err, s.Bucket.Remove(ctx, key)); err != nil {
					break
				}
			}
		}
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("remove old backups", "url", s.URL, "database", s.Name, "error", err)
	}
}
