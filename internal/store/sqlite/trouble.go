package sqlite

import (
	"fmt"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
)

// troubleTime is how long a call that the disk failed counts against the
// health of the database. It ends by itself, since nothing else may come that
// would show that the disk is well again.
const troubleTime = 10 * time.Second

// trouble remembers the last call that the disk failed.
type trouble struct {
	mu   sync.Mutex
	what error
	at   time.Time
}

// see notes an error of the driver that tells of the disk.
func (t *trouble) see(err error, now time.Time) {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultIOErr, sqlite.ResultCantOpen:
		t.mu.Lock()
		defer t.mu.Unlock()
		t.what, t.at = err, now
	}
}

func (t *trouble) health(now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.what == nil || now.Sub(t.at) >= troubleTime {
		return nil
	}
	return fmt.Errorf("the disk failed a call %v ago: %w", now.Sub(t.at).Round(time.Second), t.what)
}
