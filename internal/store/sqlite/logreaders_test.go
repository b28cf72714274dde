package sqlite

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/clock"
)

func TestReadLocksAreFound(t *testing.T) {
	const locks = `1: POSIX  ADVISORY  READ 4711 fd:00:77 124 124
2: POSIX  ADVISORY  READ 4711 fd:00:77 123 123
3: POSIX  ADVISORY  READ 4712 fd:00:77 128 128
4: POSIX  ADVISORY  WRITE 4713 fd:00:77 124 124
5: POSIX  ADVISORY  READ 4714 fd:00:177 124 124
6: FLOCK  ADVISORY  WRITE 4715 fd:00:77 0 EOF
7: -> POSIX  ADVISORY  READ 4716 fd:00:77 124 124
8: OFDLCK ADVISORY  READ -1 fd:00:77 124 124
9: POSIX  ADVISORY  READ 4717 fd:00:77 127 127
`
	if found := readLocks(locks, 77); !slices.Equal(found, []int{4711, -1, 4717}) {
		t.Errorf("found %v", found)
	}
}

// Another program that reads is named, and no longer once it has read.
func TestWhoReadsIsNamed(t *testing.T) {
	if path := os.Getenv("REEVE_TEST_READS"); path != "" {
		c, err := openConn(path, false)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close() //nolint:errcheck // it only reads
		if err := c.run("BEGIN"); err != nil {
			t.Fatal(err)
		}
		if err := c.run("SELECT count(*) FROM note"); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("reads\n") //nolint:errcheck // the test waits for it
		os.Stdin.Read(make([]byte, 1))   //nolint:errcheck // until it is closed
		return
	}
	path := filepath.Join(t.TempDir(), "notes.db")
	db := openNotes(t, path, clock.System{})
	if err := execute(t.Context(), db, "INSERT INTO note (text) VALUES ('x')"); err != nil {
		t.Fatal(err)
	}
	if found := LogReaders(path); len(found) > 0 {
		t.Errorf("%v read", found)
	}
	reader := exec.Command(os.Args[0], "-test.run=^TestWhoReadsIsNamed$")
	reader.Env = append(os.Environ(), "REEVE_TEST_READS="+path)
	in, err := reader.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := reader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	if found := LogReaders(path); len(found) != 1 || !strings.HasSuffix(found[0], "(process "+strconv.Itoa(reader.Process.Pid)+")") {
		t.Errorf("%v read, and process %d does", found, reader.Process.Pid)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	_ = reader.Wait() // its output is not of interest
	if found := LogReaders(path); len(found) > 0 {
		t.Errorf("%v still read", found)
	}
}
