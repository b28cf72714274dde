package replicas

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/store/storetest"
)

// pool is where the workers find runs.
const pool = "chaos"

// TestNothingIsLostOrDoneTwice disturbs three servers behind a load balancer while eight clients work:
// the leader is killed, or stopped for longer than its lease; the connections of a server to the
// database are reset, or go silent; PostgreSQL is restarted, or crashes; the leader's clock jumps. After each
// round all goes on. In the end nothing that was acknowledged is missing, no run was handed out twice, and
// the histories of limits and of the lead are ones that a single limit, and a single lead, can have.
//
// REEVE_CHAOS_ROUNDS is how many rounds there are, REEVE_CHAOS_SEED repeats their choices.
func TestNothingIsLostOrDoneTwice(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("REEVE_CHAOS_ROUNDS"))
	if err != nil {
		t.Skip("restarts PostgreSQL: make chaos")
	}
	c := newChaos(t)
	kinds := []func() string{c.killTheLeader, c.restartTheDatabase, c.cutAServer, c.stopTheLeader, c.moveTheClock}
	c.load.start()
	defer c.verify()
	defer c.load.finish()
	for round := range rounds {
		before := c.load.counted()
		began := time.Now()
		did := kinds[round%len(kinds)]()
		mended := time.Now()
		c.goesOn()
		t.Logf("round %d, %v: %s; all went on %v later; acknowledged: %v", round+1, time.Since(began).Round(time.Millisecond), did,
			time.Since(mended).Round(time.Millisecond), increase(before, c.load.counted()))
	}
}

// chaos are the servers, their links to the database and their clients.
type chaos struct {
	*world
	links  []database
	load   *load
	random *rand.Rand
	// looks are of one goroutine, until stopLooking has ended it.
	looks       []leadAct
	stopLooking func()
}

func newChaos(t *testing.T) *chaos {
	seed, err := strconv.ParseUint(os.Getenv("REEVE_CHAOS_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano() & 0xffffff)
	}
	t.Logf("REEVE_CHAOS_SEED=%d", seed)
	c := &chaos{world: &world{T: t, database: storetest.NewPostgres(t)}, random: rand.New(rand.NewPCG(seed, 0))}
	prepareAudit(t, c.database, 3)
	for i := range 3 {
		c.links = append(c.links, linked(t, as(t, c.database, userOf(i)), 0))
		if i < 2 {
			c.all = append(c.all, start(t, c.links[i].url))
		} else {
			c.all = append(c.all, startMoved(t, c.links[i].url))
		}
	}
	c.createFlow()
	c.all[0].must(t, "POST", "/work_pools/", map[string]any{"name": pool, "type": "process"}, nil)
	c.load = newLoad(t, c.balanced(hastyTime), c.balanced(patientTime), c.flow.ID)
	looking, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { c.look(looking) })
	c.stopLooking = func() { stop(); ended.Wait() }
	t.Cleanup(c.stopLooking)
	return c
}

// balanced is what a client sees: each connection is to the next server that takes one.
func (c *chaos) balanced(within time.Duration) *replica {
	var next atomic.Uint64
	balancer := newLink(c.T, 0, func() (conn net.Conn, err error) {
		for range c.all {
			r := c.all[next.Add(1)%uint64(len(c.all))]
			if conn, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", r.port)); err == nil {
				return conn, nil
			}
		}
		return nil, err
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: within}
	return &replica{url: "http://" + balancer.address() + "/api", client: client}
}

// last is who took the lead last, and the term.
const last = `SELECT leader.term, coalesce((SELECT server FROM audit.entry WHERE term IS NOT NULL ORDER BY place DESC LIMIT 1), '') FROM leader`

// look looks who leads, again and again.
func (c *chaos) look(ctx context.Context) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close(context.Background())
		}
	}()
	for ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		if conn == nil || conn.IsClosed() {
			var err error
			if conn, err = pgx.Connect(ctx, c.database); err != nil {
				conn = nil // it is being restarted
				continue
			}
		}
		a := leadAct{kind: looked, began: time.Now()}
		err := conn.QueryRow(ctx, last).Scan(&a.leads.term, &a.leads.server)
		if a.ended = time.Now(); err == nil {
			c.looks = append(c.looks, a)
		}
	}
}

// leading is the number of the server that took the lead last.
func (c *chaos) leading() (leads int) {
	c.Helper()
	until(c.T, "a server leads", func() bool {
		var term int64
		var server string
		c.ask(last, &term, &server)
		for leads = range c.all {
			if server == userOf(leads) {
				return true
			}
		}
		return false
	})
	return leads
}

func (c *chaos) killTheLeader() string {
	leads := c.leading()
	c.all[leads].kill()
	c.all[leads].launch(c.T)
	return fmt.Sprintf("server %d, which led, was killed and started again", leads)
}

func (c *chaos) restartTheDatabase() string {
	mode := []string{"fast", "immediate"}[c.random.IntN(2)]
	restartPostgres(c.T, mode)
	return "PostgreSQL was restarted: " + mode
}

// stopTime is more than a lease lasts.
const stopTime = 6 * time.Second

func (c *chaos) stopTheLeader() string {
	leads := c.leading()
	c.all[leads].signal(c.T, syscall.SIGSTOP)
	time.Sleep(stopTime)
	c.all[leads].signal(c.T, syscall.SIGCONT)
	return fmt.Sprintf("server %d, which led, was stopped for %v", leads, stopTime)
}

func (c *chaos) cutAServer() (did string) {
	server := c.random.IntN(len(c.all))
	if c.random.IntN(2) == 0 {
		server = c.leading()
	}
	long := time.Duration(500+c.random.IntN(5500)) * time.Millisecond
	link := c.links[server]
	switch c.random.IntN(4) {
	case 0:
		did = "reset"
		link.become(severed)
		time.Sleep(long)
	case 1:
		did = "silent"
		link.become(silent)
		time.Sleep(long)
	default:
		did = "reset again and again"
		for end := time.Now().Add(long); time.Now().Before(end); {
			link.become(severed)
			link.become(whole)
			time.Sleep(time.Duration(20+c.random.IntN(200)) * time.Millisecond)
		}
	}
	link.become(whole)
	return fmt.Sprintf("the connections of server %d to PostgreSQL were %s for %v", server, did, long)
}

// moveTheClock has the server lead whose clock can be moved, and moves it for a while.
func (c *chaos) moveTheClock() string {
	moved := len(c.all) - 1
	for _, l := range c.links[:moved] {
		l.become(severed)
	}
	until(c.T, "the only server that reaches the database leads", func() bool { return c.leading() == moved })
	for _, l := range c.links[:moved] {
		l.become(whole)
	}
	by := []time.Duration{time.Hour, time.Minute, -time.Minute, -time.Hour}[c.random.IntN(4)]
	c.all[moved].move(c.T, by)
	time.Sleep(2 * time.Second)
	c.all[moved].move(c.T, 0)
	return fmt.Sprintf("the clock of server %d, which led, was %v ahead for 2s", moved, by)
}

// goesOn waits until all servers are well, each kind of client gets on, and the leader's work is done.
func (c *chaos) goesOn() {
	c.Helper()
	before, lateBefore := c.load.counted(), c.countLate()
	for i, r := range c.all {
		until(c.T, fmt.Sprintf("server %d is well", i), func() bool {
			status, err := r.call("GET", "/health", nil, nil)
			return err == nil && status == http.StatusOK
		})
	}
	until(c.T, "all clients get on", func() bool { return len(increase(before, c.load.counted())) == len(kindsOfClient) })
	until(c.T, "runs become late", func() bool { return c.countLate() > lateBefore })
}

func (c *chaos) countLate() (n int) {
	c.Helper()
	c.ask(`SELECT count(*) FROM audit.entry WHERE name = 'Late'`, &n)
	return n
}

// increase is by how much each count has grown that has.
func increase(before, after map[string]int) map[string]int {
	grown := map[string]int{}
	for kind, n := range after {
		if n > before[kind] {
			grown[kind] = n - before[kind]
		}
	}
	return grown
}
