package replicas

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// checkTime bounds the look for an order of a history.
const checkTime = time.Minute

// verify looks for all that was acknowledged, and checks the histories. The clients have ended.
func (c *chaos) verify() {
	c.Helper()
	c.stopLooking()
	c.verifyWrites()
	c.verifySlots()
	c.verifyAudit()
}

// verifyAudit checks what the database tells of claims, and of leaders.
func (c *chaos) verifyAudit() {
	c.Helper()
	until(c.T, "all runs become late that nobody starts", func() bool {
		missing := 0
		c.askWith(`SELECT count(*) FROM unnest($1::bytea[]) AS wanted (id) WHERE NOT EXISTS (SELECT FROM audit.entry WHERE run = wanted.id AND name = 'Late')`,
			[]any{ids(c.load.late)}, &missing)
		return missing == 0
	})
	all, err := entries(context.Background(), c.database)
	if err != nil {
		c.Fatal(err)
	}
	c.verifyHandOuts(all)
	c.verifyLateness(all)
	c.verifyLead(all)
}

// ids are ids as the database has them.
func ids(texts []string) [][]byte {
	all := make([][]byte, len(texts))
	for i, text := range texts {
		id := uuid.MustParse(text)
		all[i] = id[:]
	}
	return all
}

func (c *chaos) askWith(sql string, args []any, into ...any) {
	c.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.database)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, sql, args...).Scan(into...); err != nil {
		c.Fatal(err)
	}
}

// verifyWrites: nothing that was acknowledged is missing, as any server tells it and in the database.
func (c *chaos) verifyWrites() {
	c.Helper()
	l := c.load
	runs := slices.Collect(maps.Keys(l.runs))
	for what, look := range map[string]struct {
		sql  string
		made []string
	}{
		"runs":           {`SELECT count(*) FROM flow_run WHERE id = ANY($1)`, runs},
		"states":         {`SELECT count(*) FROM flow_run_state WHERE id = ANY($1)`, l.states},
		"logs":           {`SELECT count(DISTINCT flow_run_id) FROM log WHERE flow_run_id = ANY($1)`, l.logged},
		"events":         {`SELECT count(*) FROM event WHERE id = ANY($1)`, l.events},
		"repeated runs":  {`SELECT count(DISTINCT a.id) FROM flow_run a WHERE a.id = ANY($1) AND NOT EXISTS (SELECT FROM flow_run b WHERE b.idempotency_key = a.idempotency_key AND b.id <> a.id)`, runs},
		"audited states": {`SELECT count(DISTINCT state) FROM audit.entry WHERE state = ANY($1)`, l.states},
	} {
		var found int
		c.askWith(look.sql, []any{ids(look.made)}, &found)
		if found != len(look.made) {
			c.Errorf("%s: %d of %d that were acknowledged are as they should be", what, found, len(look.made))
		}
	}
	for i, r := range c.all {
		found := 0
		for page := range slices.Chunk(runs, 200) {
			var got []thing
			until(c.T, "a server answers a read", func() bool { // as clients do, who try again after a 503
				status, err := r.call("POST", "/flow_runs/filter", map[string]any{"flow_runs": map[string]any{"id": map[string]any{"any_": page}}, "limit": 200}, &got)
				return err == nil && status == http.StatusOK
			})
			found += len(got)
		}
		if found != len(runs) {
			c.Errorf("server %d tells of %d runs of %d that were acknowledged", i, found, len(runs))
		}
	}
	c.Logf("found what was acknowledged: %d runs, %d states, %d logs, %d events", len(runs), len(l.states), len(l.logged), len(l.events))
}

// verifyHandOuts: a run that was claimed was scheduled, and had not been claimed since by another; what
// each worker was told that it has claimed is such a claim.
func (c *chaos) verifyHandOuts(all []entry) {
	c.Helper()
	before, claims := map[uuid.UUID]string{}, map[string]bool{}
	for _, e := range all {
		if e.term > 0 {
			continue
		}
		if e.kind == "PENDING" {
			if before[e.run] != "SCHEDULED" {
				c.Errorf("run %s was claimed after it was %s", e.run, before[e.run])
			}
			claims[e.state.String()] = true
		}
		before[e.run] = e.kind
	}
	for state, run := range c.load.claims {
		if !claims[state] {
			c.Errorf("a worker was told that it has claimed run %s, which is not so", run)
		}
	}
	c.Logf("%d hand-outs, of which %d were acknowledged", len(claims), len(c.load.claims))
}

// verifyLateness: the leader's work was done once.
func (c *chaos) verifyLateness(all []entry) {
	c.Helper()
	times := map[string]int{}
	for _, e := range all {
		if e.name == "Late" {
			times[e.run.String()]++
		}
	}
	for _, run := range c.load.late {
		if times[run] != 1 {
			c.Errorf("run %s became late %d times", run, times[run])
		}
	}
}

// verifySlots: the history of each limit is one that a limit can have, and no slot is lost.
func (c *chaos) verifySlots() {
	c.Helper()
	asks, uncertain := 0, 0
	for generation, history := range c.load.asks {
		asks += len(history)
		if result := checkSlots(mostSlots, history, checkTime); result != porcupine.Ok {
			c.Errorf("the history of limit %d, with %d asks: %v", generation, len(history), result)
		}
		held, known := 0, true
		for _, a := range history {
			if a.came == unknown {
				known = false
				uncertain++
			}
		}
		c.askWith(`SELECT active_slots::int FROM concurrency_limit WHERE name = $1`, []any{limitName(int64(generation))}, &held)
		if held < 0 || held > mostSlots || known && held > 0 {
			c.Errorf("%d slots of limit %d are taken", held, generation)
		}
	}
	c.Logf("%d asks of %d limits, %d with unknown outcome", asks, len(c.load.asks), uncertain)
}

// commitTime is more than a transaction takes from an entry to its end, also on a machine that has other
// work: one that goes no further is ended by the database after 4 s.
const commitTime = 15 * time.Second

// verifyLead: who wrote as a leader was the last to take the lead, in the order of the transactions; and
// the history, as seen by the machine's clock, is one of a single lead.
func (c *chaos) verifyLead(all []entry) {
	c.Helper()
	var first, now leader
	history := c.looks
	terms := 0
	for _, e := range all {
		a := leadAct{leads: leader{e.server, e.term}, began: e.began, ended: e.at.Add(commitTime)}
		switch {
		case e.term > 0:
			a.kind = took
			if e.term != now.term+1 {
				c.Errorf("term %d follows %d", e.term, now.term)
			}
			now = a.leads
			terms++
		case e.name == "Late":
			a.kind = wrote
			if e.server != now.server {
				c.Errorf("%s wrote as a leader in term %d, which is of %s", e.server, now.term, now.server)
			}
		default:
			continue
		}
		history = append(history, a)
	}
	if result := checkLead(first, history, checkTime); result != porcupine.Ok {
		c.Errorf("the history of the lead, with %d terms and %d looks: %v", terms, len(c.looks), result)
	}
	c.Logf("%d terms, %d looks, %d acts", terms, len(c.looks), len(history))
}
