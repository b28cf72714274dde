package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var workPoolsCases = []Case{
	{"a cleanup message is delivered to one worker at a time until it is done or given up", cleanupIsDeliveredUntilItIsDone},
	{"a queue that takes a priority moves those behind it", prioritiesMakeRoom},
	{"the default queue of a pool goes with the pool alone", aPoolsDefaultQueueStays},
}

func cleanupIsDeliveredUntilItIsDone(t *testing.T, open Open) {
	s, c := newStore(t, open)
	policy := store.DefaultCleanup()
	kinds := []prefect.CleanupKind{prefect.CancellingTimeoutTeardown}
	consumer := uuid.New()
	var pool *prefect.WorkPool
	update(t, s, func(tx *store.Tx) (err error) {
		pool, err = tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
		if err != nil {
			return err
		}
		message := &prefect.CleanupMessage{MessageID: uuid.New(), WorkPoolID: pool.ID, IdempotencyKey: "once",
			Kind: prefect.CancellingTimeoutTeardown, Target: prefect.Object(`{"flow_run_id":"x"}`)}
		if err = tx.EnqueueCleanup(message); err != nil {
			return err
		}
		message.MessageID = uuid.New()
		return tx.EnqueueCleanup(message)
	})
	reserve := func() (m *prefect.CleanupMessage) {
		update(t, s, func(tx *store.Tx) (err error) {
			m, err = tx.ReserveCleanup(pool.ID, consumer, kinds, nil, 1, policy)
			return err
		})
		return m
	}
	end := func(operation string, m *prefect.CleanupMessage, token string) (r prefect.CleanupResult) {
		update(t, s, func(tx *store.Tx) (err error) {
			r, err = tx.EndCleanup(operation, pool.ID, m.MessageID, token, policy)
			return err
		})
		return r
	}
	first := reserve()
	if first == nil || first.DeliveryCount != 1 || string(first.Target) != `{"flow_run_id":"x"}` {
		t.Fatalf("the first delivery is %+v", first)
	}
	if again := reserve(); again != nil {
		t.Fatalf("one message was delivered twice at a time: %+v", again)
	}
	for _, step := range []struct{ name, operation, token, want string }{
		{"a wrong token", "ack", "other", "invalid_token"},
		{"a renewal", "renew", first.ReservationToken, "accepted"},
		{"a release", "release", first.ReservationToken, "accepted"},
		{"an ack of what was released", "ack", first.ReservationToken, "not_current"},
	} {
		if got := end(step.operation, first, step.token); got.Status != step.want {
			t.Errorf("%s: %s, want %s", step.name, got.Status, step.want)
		}
	}
	second := reserve()
	c.Advance(policy.Lease)
	if got := end("ack", second, second.ReservationToken); got.Status != "expired" {
		t.Errorf("an ack after the lease: %s", got.Status)
	}
	third := reserve()
	if third == nil || third.DeliveryCount != 3 {
		t.Fatalf("the third delivery is %+v", third)
	}
	c.Advance(policy.Lease + time.Second)
	update(t, s, func(tx *store.Tx) error {
		at, ok, err := tx.NextCleanupExpiry()
		if err != nil || !ok || at.After(tx.Now) {
			t.Errorf("the next expiry is %v, %v", at, ok)
		}
		n, err := tx.ExpireCleanups(10, policy)
		if n != 1 {
			t.Errorf("%d messages expired, want 1", n)
		}
		return err
	})
	if fourth := reserve(); fourth != nil {
		t.Errorf("a message that was given up is delivered: %+v", fourth)
	}
}

func prioritiesMakeRoom(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	update(t, s, func(tx *store.Tx) error {
		pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
		if err != nil {
			return err
		}
		for _, q := range []struct {
			name     string
			priority int
		}{{"a", 0}, {"b", 1}, {"c", 2}, {"far", 20}, {"d", 0}} {
			create := &prefect.WorkQueueCreate{Name: q.name}
			if q.priority > 0 {
				create.Priority = &q.priority
			}
			if _, err := tx.CreateWorkQueue(pool, create); err != nil {
				return err
			}
		}
		queues, err := tx.WorkQueuesOf(pool.ID)
		if err != nil {
			return err
		}
		got := ""
		for _, q := range queues {
			got += q.Name + string(rune('0'+min(q.Priority, 9))) + " "
		}
		if want := "b1 c2 default3 a4 d5 far9 "; got != want {
			t.Errorf("the queues are %q, want %q", got, want)
		}
		return nil
	})
}

func aPoolsDefaultQueueStays(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	update(t, s, func(tx *store.Tx) error {
		pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
		if err != nil {
			return err
		}
		queue, err := tx.ReadWorkQueue(*pool.DefaultQueueID)
		if err != nil {
			return err
		}
		if err := tx.DeleteWorkQueue(queue, true); err == nil {
			t.Error("the default queue was deleted")
		}
		return tx.DeleteWorkPool(pool)
	})
}
