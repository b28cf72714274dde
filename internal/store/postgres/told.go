package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A message is the sender's session, the topics, and how many commits it tells of; or that the
// sender is there from now on, or gives up the lead.
func (r *replica) message(topics uint, commits int64) string {
	return fmt.Sprintf("%s %d %d", r.session, topics, commits)
}

const freed = "free"

// arrival is what a server says that has just come: one that was alone tells of its commits
// from then on, and not from its next beat.
func (r *replica) arrival() string { return fmt.Sprintf("here %s", r.session) }

// heard takes a message. One that cannot be read is of another version: it may mean anything.
func (r *replica) heard(payload string) {
	if session, ok := strings.CutPrefix(payload, "here "); ok {
		if session != r.session.String() {
			r.others = max(r.others, 1)
		}
		return
	}
	var from string
	var topics uint
	var commits int64
	if n, err := fmt.Sscanf(payload, "%s %d %d", &from, &topics, &commits); n != 3 || err != nil {
		r.wake(everyTopic)
		return
	}
	if from == r.session.String() {
		return
	}
	r.count.own += commits
	r.wake(topics)
}

// tell tells the others what was committed, if there are any, and reports whether there was
// something.
func (r *replica) tell(c *pgx.Conn) (bool, error) {
	r.mu.Lock()
	topics, commits := r.told, r.commits
	r.told, r.commits = 0, 0
	r.mu.Unlock()
	if commits == 0 {
		return false, nil
	}
	r.count.own += commits
	if r.others == 0 {
		return true, nil // who comes looks at everything
	}
	return true, r.notify(c, r.message(topics, commits))
}

func (r *replica) notify(c *pgx.Conn, message string) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	_, err := c.Exec(ctx, `SELECT pg_notify($1, $2)`, r.channel, message)
	return err
}

// missed reports whether there were commits, before the beat before, of which nobody told us:
// their server was killed before it could.
func (c *counted) missed(now int64) bool {
	if !c.known {
		*c = counted{known: true, base: now, last: now}
		return false
	}
	if c.behind++; now <= c.base+c.own {
		c.behind = 0
	}
	missed := c.last > c.base+c.own || c.behind > mostBehind
	if missed {
		c.base, c.behind = max(c.base, c.last-c.own), 0
	}
	c.base = min(c.base, now-c.own) // some of what we have heard of was counted already
	c.last = now
	return missed
}

// counted compares the commits of which we know with those that there were.
type counted struct {
	known     bool
	base, own int64 // what the database had counted, and what we have heard of since
	last      int64 // what it had counted at the beat before
	behind    int   // beats in a row at which there was more than we had heard of
}

// mostBehind bounds those beats: where there is always something that we have yet to hear of, one
// that is lost does not show.
const mostBehind = 10
