package services

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func update(t *testing.T, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// statuses are those of the pool, its default queue and its worker.
func statuses(t *testing.T, s *store.Store) (out [3]string) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		pool, err := tx.ReadWorkPoolByName("pool")
		if err != nil {
			return err
		}
		queue, err := tx.ReadWorkQueueOf("pool", "default")
		if err != nil {
			return err
		}
		online, err := tx.FilterWorkers(pool.ID, &prefect.WorkerFilter{Status: &prefect.AnyNotAnyWorkerStatus{
			Any: []prefect.WorkerStatus{prefect.Online}}}, prefect.Page{Limit: 10})
		out = [3]string{string(*pool.Status), string(queue.Status), "OFFLINE"}
		if len(online) > 0 {
			out[2] = "ONLINE"
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestForemanMarksWhatIsSilent(t *testing.T) {
	inBubble(t, []Service{NewForeman(ForemanConfig{})}, func(t *testing.T, s *store.Store, r *Runner) {
		interval := 20
		beat := func(tx *store.Tx) error {
			pool, err := tx.ReadWorkPoolByName("pool")
			if err != nil {
				return err
			}
			return tx.HeartbeatWorker(pool, "worker", &interval)
		}
		update(t, s, func(tx *store.Tx) error {
			pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
			if err != nil {
				return err
			}
			queues, err := tx.WorkQueuesOf(pool.ID)
			if err != nil {
				return err
			}
			return tx.MarkPolled(queues)
		})
		update(t, s, beat)
		start := time.Now()
		for _, step := range []struct {
			at   time.Duration
			want [3]string
		}{
			{0, [3]string{"READY", "READY", "ONLINE"}},
			{59 * time.Second, [3]string{"READY", "READY", "ONLINE"}},
			{61 * time.Second, [3]string{"NOT_READY", "NOT_READY", "OFFLINE"}},
		} {
			time.Sleep(step.at - time.Since(start))
			synctest.Wait()
			if got := statuses(t, s); got != step.want {
				t.Errorf("after %s: %v, want %v", step.at, got, step.want)
			}
		}
		if _, ok := r.Next(); ok {
			t.Error("something is still due when all is stale")
		}
		update(t, s, beat)
		if got := statuses(t, s); got != [3]string{"READY", "NOT_READY", "ONLINE"} {
			t.Errorf("after a heartbeat: %v", got)
		}
		for range 10 {
			time.Sleep(30 * time.Second)
			update(t, s, beat)
		}
		synctest.Wait()
		if got := statuses(t, s); got != [3]string{"READY", "NOT_READY", "ONLINE"} {
			t.Errorf("with heartbeats: %v", got)
		}
		if err := r.Health(); err != nil {
			t.Error(err)
		}
	})
}

func TestForemanWaitsForWhatWasNotHeardWhileTheServerWasAway(t *testing.T) {
	for name, test := range map[string]struct {
		back bool // the worker is heard again, and polls
		want [3]string
	}{
		"who is heard again": {true, [3]string{"READY", "READY", "ONLINE"}},
		"who is not":         {false, [3]string{"NOT_READY", "NOT_READY", "OFFLINE"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, []Service{NewForeman(ForemanConfig{})}, func(t *testing.T, s *store.Store, r *Runner) {
				update(t, s, func(tx *store.Tx) error {
					_, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
					return err
				})
				heard := func(tx *store.Tx) error {
					pool, err := tx.ReadWorkPoolByName("pool")
					if err != nil {
						return err
					}
					if err := tx.HeartbeatWorker(pool, "worker", nil); err != nil {
						return err
					}
					queues, err := tx.WorkQueuesOf(pool.ID)
					if err != nil {
						return err
					}
					return tx.MarkPolled(queues)
				}
				update(t, s, heard)
				synctest.Wait()
				r.Stop()
				time.Sleep(time.Hour)
				s.Awake(time.Now())
				r.Start(t.Context())
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if got := statuses(t, s); got != [3]string{"READY", "READY", "ONLINE"} {
					t.Errorf("at first: %v", got)
				}
				if test.back {
					update(t, s, heard)
				}
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if got := statuses(t, s); got != test.want {
					t.Errorf("then: %v, want %v", got, test.want)
				}
				r.Stop()
			})
		})
	}
}
