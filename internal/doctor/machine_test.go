package doctor

import (
	"context"
	"embed"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/store/sqlite"
)

//go:embed testdata
var testdata embed.FS

const mb = 1 << 20

func disk(v Volume) Machine {
	return Machine{Volume: func(string) (Volume, error) { return v, nil }}
}

func TestDisk(t *testing.T) {
	const gb = 1 << 30
	tests := map[string]struct {
		situation
		want []finding
	}{
		"room":           {situation{machine: disk(Volume{100 * gb, 50 * gb, 1000, 900, false})}, []finding{{OK, "50 GB of 100 GB are free", ""}}},
		"full":           {situation{machine: disk(Volume{gb, 3 * mb, 0, 0, false})}, []finding{{Fail, "is full: 3 MB of 1 GB", "fly volumes extend"}}},
		"nearly full":    {situation{machine: disk(Volume{gb, 90 * mb, 0, 0, false})}, []finding{{Warn, "nearly full: 90 MB", "du -xh"}}},
		"small but free": {situation{machine: disk(Volume{300 * mb, 200 * mb, 0, 0, false})}, []finding{{OK, "", ""}}},
		"no inodes":      {situation{machine: disk(Volume{gb, gb, 100000, 5, false})}, []finding{{Fail, "can hold no more files: 5 of 100000", "find"}}},
		"reserve used up": {situation{machine: disk(Volume{gb, gb, 0, 0, false}), files: map[string]string{"a.db": "", "a.db.reserve": ""}},
			[]finding{{Fail, "the reserve of database", "free some space"}}},
		"reserve kept": {situation{machine: disk(Volume{gb, gb, 0, 0, false}), files: map[string]string{"a.db.reserve": strings.Repeat("0", sqlite.ReserveSize)}},
			[]finding{{OK, "", ""}}},
		"a trial in a container":  {situation{machine: disk(Volume{gb, gb, 0, 0, true})}, []finding{{OK, "", ""}}},
		"lost with the container": {situation{toml: "[server]\nhost = \"0.0.0.0\"", machine: disk(Volume{gb, gb, 0, 0, true})}, []finding{{Fail, "is on the disk of this container, which is thrown away", "[mounts]"}}},
		"not measured":            {situation{machine: Machine{Volume: func(string) (Volume, error) { return Volume{}, errors.New("no") }}}, []finding{{Warn, "cannot be measured", "df"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "disk", test.want...) })
	}
}

func TestRetention(t *testing.T) {
	db := map[string]string{"a.db": strings.Repeat("x", mb)}
	tests := map[string]struct {
		situation
		want finding
	}{
		"no database": {situation{}, finding{Skipped, "", ""}},
		"small":       {situation{files: db, machine: disk(Volume{100 * mb, 90 * mb, 0, 0, false})}, finding{OK, "1 MB, 1.0 % of its volume; finished runs are kept for ever, events for 7 days", ""}},
		"large":       {situation{files: db, machine: disk(Volume{2 * mb, mb, 0, 0, false})}, finding{Warn, "50 % of its volume", "DB_VACUUM_ENABLED=events,flow_runs"}},
		"large, runs are deleted": {situation{files: db, machine: disk(Volume{2 * mb, mb, 0, 0, false}), environ: []string{"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED=events,flow_runs"}},
			finding{Warn, "finished runs are kept for 90 days", "RETENTION_PERIOD=7d"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test.expect(t, "retention", test.want) })
	}
}

func TestMemory(t *testing.T) {
	tests := map[string]struct {
		toml  string
		files map[string]string
		want  finding
	}{
		"unknown":    {"", nil, finding{Skipped, "does not say", ""}},
		"machine":    {"", map[string]string{"proc/meminfo": "MemTotal:         225280 kB\nMemFree: 9 kB\nMemAvailable:     122880 kB\n"}, finding{OK, "100 MB of 220 MB are used by this machine", ""}},
		"small one":  {tomlPool, map[string]string{"proc/meminfo": "MemTotal:         225280 kB\nMemAvailable:     122880 kB\n"}, finding{Warn, "this machine has 220 MB of memory; server and workers want 256 MB", "fly scale memory"}},
		"was short":  {"", map[string]string{"proc/meminfo": "MemTotal:         225280 kB\n", "proc/vmstat": "oom_kill 1"}, finding{Warn, "1 process was killed for want of memory in this machine, which has 220 MB", "fly scale memory"}},
		"version 2":  {"", map[string]string{"sys/fs/cgroup/memory.max": "268435456\n", "sys/fs/cgroup/memory.current": "104857600\n"}, finding{OK, "100 MB of 256 MB are used by this control group", ""}},
		"max":        {"", map[string]string{"sys/fs/cgroup/memory.max": "max\n", "proc/meminfo": "MemTotal: 1048576 kB"}, finding{OK, "of 1 GB", ""}},
		"small":      {"", map[string]string{"sys/fs/cgroup/memory.max": "33554432"}, finding{Warn, "this control group has 32 MB", "fly scale memory"}},
		"for worker": {tomlPool, map[string]string{"sys/fs/cgroup/memory.max": "134217728"}, finding{Warn, "want 256 MB", "fly scale memory"}},
		"killed":     {"", map[string]string{"sys/fs/cgroup/memory.max": "268435456", "sys/fs/cgroup/memory.events": "oom 2\noom_kill 2\n"}, finding{Warn, "2 processes were killed", "fly scale memory"}},
		"version 1":  {"", map[string]string{"sys/fs/cgroup/memory/memory.limit_in_bytes": "268435456"}, finding{OK, "of 256 MB", ""}},
		"v1 none":    {"", map[string]string{"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, finding{Skipped, "", ""}},
		"of a parent": {"", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max", "sys/fs/cgroup/a/memory.max": "536870912",
			"sys/fs/cgroup/memory.max": "1073741824"}, finding{OK, "of 512 MB", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range test.files {
				path := filepath.Join(root, file)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			situation{toml: test.toml, machine: Machine{Root: root}}.expect(t, "memory", test.want)
		})
	}
}

func TestPort(t *testing.T) {
	situation{server: well}.expect(t, "port", finding{OK, "serves at port", ""})
	situation{}.expect(t, "port", finding{OK, "port 1 is free", ""})
	e := situation{server: page(500, "")}.exam(t)
	e.meet(t.Context())
	matches(t, checkPort(t.Context(), e)[0], finding{Fail, "is in use by", "--port"})
	e.URL = "http://my-server.fly.dev/api"
	matches(t, checkPort(t.Context(), e)[0], finding{Skipped, "another machine", ""})
}

func TestListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("no /proc here")
	}
	if name := (Machine{}).listener(port); !strings.Contains(name, "process ") {
		t.Errorf("the listener of %s is %q", port, name)
	}
	if name := (Machine{}).listener("1"); name != "" {
		t.Errorf("port 1 has the listener %q", name)
	}
}

// database makes one at a.db of the working folder.
func database(t *testing.T) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: "a.db", Migrate: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func change(t *testing.T, at int64, text string) {
	t.Helper()
	f, err := os.OpenFile("a.db", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte(text), at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestDatabase(t *testing.T) {
	tests := map[string]struct {
		make func(*testing.T)
		want finding
	}{
		"none":         {func(*testing.T) {}, finding{OK, "there is none yet at", ""}},
		"sound":        {func(t *testing.T) { _ = database(t).Close() }, finding{OK, "it is sound and has schema", ""}},
		"a folder":     {func(t *testing.T) { _ = os.Mkdir("a.db", 0o700) }, finding{Fail, "is a folder", "reeve server start --database"}},
		"other text":   {func(t *testing.T) { _ = os.WriteFile("a.db", []byte(strings.Repeat("no database ", 99)), 0o600) }, finding{Fail, "is not a SQLite database", "--database"}},
		"held":         {func(t *testing.T) { db := database(t); t.Cleanup(func() { _ = db.Close() }) }, finding{Fail, "has database", "kill "}},
		"newer schema": {func(t *testing.T) { _ = database(t).Close(); change(t, 60, "\x00\x00\x03\xe7") }, finding{Fail, "has schema 999, newer than this program's", "run the newer reeve"}},
		"Prefect's":    {func(t *testing.T) { copyFile(t, "prefect.sqlite") }, finding{Fail, "was made by Prefect's own server", "--database"}},
		"another's":    {func(t *testing.T) { copyFile(t, "other.sqlite") }, finding{Fail, "was made by another program", "--database"}},
		"damaged":      {func(t *testing.T) { _ = database(t).Close(); change(t, 4096*3, strings.Repeat("\xff", 4096*9)) }, finding{Fail, "is damaged", "reeve server database restore --latest"}},
		"truncated":    {func(t *testing.T) { _ = database(t).Close(); _ = os.Truncate("a.db", 4096*5) }, finding{Fail, "is damaged", "reeve server database restore --latest"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := situation{}.exam(t)
			test.make(t)
			e.meet(t.Context())
			before, _ := os.ReadFile("a.db")
			matches(t, checkDatabase(t.Context(), e)[0], test.want)
			if after, _ := os.ReadFile("a.db"); string(after) != string(before) {
				t.Error("looking changed the database")
			}
		})
	}
	t.Run("open elsewhere", func(t *testing.T) {
		e := situation{}.exam(t)
		_ = database(t).Close()
		path, _ := filepath.Abs("a.db")
		fd := filepath.Join("proc", "7", "fd")
		e.Machine.Root = filepath.Join(t.TempDir())
		err := errors.Join(os.MkdirAll(filepath.Join(e.Machine.Root, fd), 0o700), os.Symlink(path, filepath.Join(e.Machine.Root, fd, "3")),
			os.WriteFile(filepath.Join(e.Machine.Root, "proc", "7", "comm"), []byte("sqlite3\n"), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		matches(t, checkDatabase(t.Context(), e)[0], finding{Warn, "is open in another program too: sqlite3, process 7", "reeve server database backup"})
	})
	t.Run("held by the server", func(t *testing.T) {
		e := situation{server: well}.exam(t)
		db := database(t)
		defer func() { _ = db.Close() }()
		e.meet(t.Context())
		matches(t, checkDatabase(t.Context(), e)[0], finding{OK, "open and found no damage", ""})
	})
	t.Run("elsewhere", func(t *testing.T) {
		e := situation{}.exam(t)
		e.URL = "http://my-server.fly.dev/api"
		matches(t, checkDatabase(t.Context(), e)[0], finding{Skipped, "another machine", ""})
	})
}

// copyFile puts a database of testdata at a.db.
func copyFile(t *testing.T, name string) {
	t.Helper()
	text, err := testdata.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("a.db", text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPython(t *testing.T) {
	says := func(text string, err error) Machine {
		return Machine{Python: func(context.Context, string, string) (string, error) { return text, err }}
	}
	const pool = "[[pool]]\nname = \"p\"\n"
	tests := map[string]struct {
		toml    string
		machine Machine
		want    finding
	}{
		"right":         {pool, says(`{"python": "3.12.1", "prefect": "3.9.1"}`, nil), finding{OK, "Python 3.12.1 with prefect 3.9.1", ""}},
		"another":       {pool, says(`{"python": "3.12.1", "prefect": "3.4.0"}`, nil), finding{Warn, "has prefect 3.4.0; the server speaks 3.9.1", "pip install prefect==3.9.1"}},
		"none":          {pool, says(`{"python": "3.12.1", "prefect": ""}`, nil), finding{Fail, "has no prefect package", "pip install prefect==3.9.1"}},
		"old Python":    {pool, says(`{"python": "3.9.1", "prefect": "3.9.1"}`, nil), finding{Fail, "wants 3.10 or newer", "venv"}},
		"broken":        {pool, says("", io.ErrUnexpectedEOF), finding{Fail, "does not work", "venv"}},
		"nobody needs":  {"", says("", io.ErrUnexpectedEOF), finding{Skipped, "does not work", ""}},
		"not there":     {pool + "[worker]\npython = \"/no/such\"", Machine{}, finding{Fail, "no Python at /no/such", "venv"}},
		"nobody's none": {"[worker]\npython = \"/no/such\"", Machine{}, finding{Skipped, "no [[pool]]", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			situation{toml: test.toml, machine: test.machine}.expect(t, "python", test.want)
		})
	}
}
