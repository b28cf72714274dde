//go:build s3

package s3

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// A volume that is lost at any moment costs no more than the last seconds.
func TestALostVolumeComesBack(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, `restore = "auto"`)
	i.start()
	i.write(many("early", 30)...)
	began := time.Now()
	i.arrived()
	took := time.Since(began)
	t.Logf("the last of 30 flows arrived %v after its answer", took.Round(time.Millisecond))
	if took > 3*time.Second {
		t.Error("that is too late")
	}
	i.kill()
	if err := os.RemoveAll(i.path("data")); err != nil {
		t.Fatal(err)
	}
	i.start()
	i.has(many("early", 30)...)
	if r := i.report().Restored; r == nil || r.Why != "was missing" || r.Until.IsZero() {
		t.Errorf("restored: %+v", r)
	}
	if out := i.must("status", "--url", i.api("")); !strings.Contains(out, "database restored at ") || !strings.Contains(out, "backup of server in s3://") {
		t.Errorf("status says:\n%s", out)
	}
	var found struct{ Events []struct{ Event string } }
	filter := map[string]any{"filter": map[string]any{"event": map[string]any{"name": []string{"reeve.database.restored"}}}}
	if err := ask(http.MethodPost, i.api("/events/filter"), filter, &found); err != nil || len(found.Events) != 1 {
		t.Errorf("events %+v, %v", found, err)
	}
}

// What was acknowledged until the end is sent before the server is gone.
func TestTheEndIsSent(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "")
	i.start()
	i.arrived()
	i.write(many("last", 40)...)
	i.stop()
	out := i.must("server", "database", "restore", "--from", "s3", "--database", "there/reeve.db")
	if !strings.Contains(out, "It has what was written until ") {
		t.Errorf("it says:\n%s", out)
	}
	i.must("server", "database", "check", "--database", "there/reeve.db")
	i.launch("server", "start", "--no-ui", "--database", "there/reeve.db")
	eventually(t, 10*time.Second, "the server answers", func() bool { return i.get("/health", nil) == nil })
	i.has(many("last", 40)...)
}

// An idle server asks the storage for nothing, and a start that finds nothing new
// neither.
func TestIdleCostsNoRequests(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "")
	i.start()
	i.write("one")
	i.arrived()
	pieces := i.report().Databases[0].Pieces
	before := len(s.asked())
	time.Sleep(4 * time.Second) // that nothing happens is what is waited for
	if more := s.asked()[before:]; len(more) > i.report().Databases[0].Pieces-pieces {
		t.Errorf("%d requests were made while nothing was written:\n%s", len(more), strings.Join(more, "\n"))
	} else {
		t.Logf("%d requests in 4 s without a client", len(more))
	}
}

// The server works while the storage does not, says so, and catches up.
func TestTheStorageIsDown(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "")
	i.start()
	i.write("before")
	i.arrived()
	s.stop()
	i.write(many("while", 20)...)
	eventually(t, 10*time.Second, "the failure is told", func() bool { return i.report().Databases[0].Failures > 0 })
	var health struct{ Status, Backup string }
	if err := i.get("/health", &health); err != nil || health.Status != "ok" || !strings.HasPrefix(health.Backup, "failing since ") {
		t.Errorf("health %+v, %v", health, err)
	}
	if out := i.must("status", "--url", i.api("")); !strings.Contains(out, "FAILING since ") {
		t.Errorf("status says:\n%s", out)
	}
	startStorage(t, s.folder, s.address)
	i.arrived()
	if d := i.report().Databases[0]; d.Error != nil {
		t.Errorf("it still fails: %s", *d.Error)
	}
	if log := i.stop(); !strings.Contains(log, "the database is not backed up") || !strings.Contains(log, "the backup works again") {
		t.Errorf("the log says:\n%s", log)
	}
	i.must("server", "database", "restore", "--from", "s3")
	i.start()
	i.has(append(many("while", 20), "before")...)
}

// A storage that is away does not hold the end up.
func TestTheEndDoesNotWaitForAStorageThatIsDown(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "")
	i.start()
	i.arrived()
	s.stop()
	i.write("unsent")
	if log := i.stop(); !strings.Contains(log, "the end of the database was not backed up") {
		t.Errorf("the log says:\n%s", log)
	}
	again := startStorage(t, s.folder, s.address)
	i.start()
	i.arrived()
	i.stop()
	if len(again.asked()) == 0 {
		t.Error("nothing was sent at the next start")
	}
	i.must("server", "database", "restore", "--from", "s3")
	i.start()
	i.has("unsent")
}

func TestWrongKeysAndBuckets(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	tests := map[string]struct{ change, want string }{
		"wrong secret": {"AWS_SECRET_ACCESS_KEY=not-the-secret-0123456789", "the storage refuses the keys (SignatureDoesNotMatch)"},
		"wrong key":    {"AWS_ACCESS_KEY_ID=somebody", "provided access key ID"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			i := install(t, s, "")
			i.environ = append(i.environ, test.change)
			i.start()
			i.write("taken")
			eventually(t, 10*time.Second, "the failure is told", func() bool {
				d := i.report().Databases[0]
				return d.Error != nil && strings.Contains(*d.Error, test.want)
			})
			if out, err := i.run("server", "database", "restore", "--from", "s3", "--database", "x.db"); err == nil || !strings.Contains(out, test.want) {
				t.Errorf("restore says: %s", out)
			}
		})
	}
	t.Run("no bucket", func(t *testing.T) {
		i := install(t, s, "")
		text, err := os.ReadFile(i.path("reeve.toml"))
		if err != nil {
			t.Fatal(err)
		}
		i.configure(strings.Replace(string(text), "s3://"+bucket, "s3://missing-bucket", 1))
		i.start()
		eventually(t, 10*time.Second, "the failure is told", func() bool {
			d := i.report().Databases[0]
			return d.Error != nil && strings.Contains(*d.Error, "the bucket missing-bucket does not exist")
		})
	})
	t.Run("no key", func(t *testing.T) {
		i := install(t, s, "")
		i.environ = append(i.environ, "AWS_SECRET_ACCESS_KEY=")
		out, err := i.run("server", "start")
		if err == nil || !strings.Contains(out, "AWS_SECRET_ACCESS_KEY") {
			t.Errorf("it says: %s", out)
		}
	})
}

// The state of an earlier moment can be had.
func TestAMomentComesBack(t *testing.T) {
	t.Parallel()
	s := startStorage(t, t.TempDir(), "")
	i := install(t, s, "")
	i.start()
	var moments []time.Time
	for k := range 3 {
		i.write(fmt.Sprint("flow-", k))
		i.arrived()
		moments = append(moments, time.Now())
		time.Sleep(20 * time.Millisecond)
	}
	i.stop()
	i.must("server", "database", "restore", "--from", "s3", "--at", moments[1].UTC().Format(time.RFC3339Nano))
	i.start()
	i.has("flow-0", "flow-1")
	i.stop()
	if out, err := i.run("server", "database", "restore", "--from", "s3", "--at", "2020-01-01T00:00:00Z"); err == nil || !strings.Contains(out, "from before 2020-01-01") {
		t.Errorf("it says: %s", out)
	}
	// What was written after the restore is one more generation; the newest wins.
	i.start()
	i.write("after")
	i.arrived()
	i.stop()
	i.must("server", "database", "restore", "--from", "s3")
	i.start()
	i.has("flow-0", "flow-1", "after")
}
