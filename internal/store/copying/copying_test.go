//go:build !race

// Nothing here runs at once, and under the race detector it takes two minutes.

package copying_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/copying"
	"github.com/reevehq/reeve/internal/store/postgres"
	"github.com/reevehq/reeve/internal/store/sqlite"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// engines are what is copied to and from: PostgreSQL where there is one.
func engines(t *testing.T) map[string]func() string {
	all := map[string]func() string{"SQLite": func() string { return filepath.Join(t.TempDir(), "copy.db") }}
	if storetest.PostgresURL() != "" {
		all["PostgreSQL"] = func() string { return storetest.NewPostgres(t) }
	}
	return all
}

func source(t testing.TB, database string) copying.Source {
	t.Helper()
	var s copying.Source
	var err error
	if postgres.Is(database) {
		s, err = postgres.OpenCopySource(context.Background(), database)
	} else {
		s, err = sqlite.OpenCopySource(context.Background(), database)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func target(t testing.TB, database string) copying.Target {
	t.Helper()
	var d copying.Target
	var err error
	if postgres.Is(database) {
		d, err = postgres.OpenCopyTarget(context.Background(), database)
	} else {
		d, err = sqlite.OpenCopyTarget(context.Background(), database)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tryCopy(t testing.TB, from, to string, o copying.Options) (copying.Result, error) {
	t.Helper()
	s, d := source(t, from), target(t, to)
	result, err := copying.Run(context.Background(), s, d, o)
	if e := errors.Join(s.Close(), d.Close()); e != nil {
		t.Error(e)
	}
	return result, err
}

func mustCopy(t testing.TB, from, to string, o copying.Options) copying.Result {
	t.Helper()
	result, err := tryCopy(t, from, to, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// dump is all rows of a SQLite database by table, each value with its type and bytes, the
// next number of each sequence, and the schema.
func dump(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := map[string][]string{}
	err = db.View(context.Background(), func(c store.Conn) error {
		names, err := tables(c)
		if err != nil {
			return err
		}
		one := func(name, query string) {
			e := c.Query(query, nil, func(r store.Row) error {
				var text string
				err := r.Scan(&text)
				all[name] = append(all[name], text)
				return err
			})
			err = errors.Join(err, e)
		}
		for _, table := range names {
			var columns []string
			e := c.Query(`SELECT name FROM pragma_table_info(?)`, []any{table}, func(r store.Row) error {
				var name string
				err := r.Scan(&name)
				columns = append(columns, fmt.Sprintf(`'%s ' || CASE typeof("%[1]s") WHEN 'real' THEN printf('%%!.17g', "%[1]s") ELSE typeof("%[1]s") || hex(CAST("%[1]s" AS BLOB)) END`, name))
				return err
			})
			if table == "flow_run" || table == "task_run" {
				columns = append(columns, "rowid")
			}
			err = errors.Join(err, e)
			one(table, `SELECT `+strings.Join(columns, ` || ' ' || `)+` FROM `+table)
			slices.Sort(all[table])
		}
		one("its sequences", `SELECT name || seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name`)
		one("its schema", `SELECT type || name || coalesce(sql, '') FROM sqlite_master ORDER BY type, tbl_name, name`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func compareDumps(t *testing.T, want, got map[string][]string) {
	t.Helper()
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(want[table], got[table]) {
			for i := range min(len(want[table]), len(got[table])) {
				if want[table][i] != got[table][i] {
					t.Errorf("%s row %d:\n%.600s\n%.600s", table, i, want[table][i], got[table][i])
					break
				}
			}
			t.Errorf("%s: %d, want %d", table, len(got[table]), len(want[table]))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d tables, want %d", len(got), len(want))
	}
}

// TestThereAndBack: a random database that is copied, and copied back, is what it was, table
// by table, with its sequences, and it is not changed by being copied.
func TestThereAndBack(t *testing.T) {
	for name, place := range engines(t) {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(2) {
				first, back := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "back.db")
				fill(t, first, seed, 10)
				want := dump(t, first)
				was, err := os.ReadFile(first)
				if err != nil {
					t.Fatal(err)
				}
				there := place()
				result := mustCopy(t, first, there, copying.Options{Rows: 1 + int(seed)*7})
				if result.Rows < 300 || result.WentOn || len(result.Replaced) > 0 {
					t.Errorf("%+v", result)
				}
				is, err := os.ReadFile(first)
				if err != nil {
					t.Fatal(err)
				}
				if string(was) != string(is) {
					t.Error("the source was changed")
				}
				mustCopy(t, there, back, copying.Options{})
				compareDumps(t, want, dump(t, back))
			}
		})
	}
}

// TestChild is a copy in a process of its own, for those that kill it; it says when a batch
// was written.
func TestChild(t *testing.T) {
	from, to := os.Getenv("REEVE_COPY_FROM"), os.Getenv("REEVE_COPY_TO")
	if from == "" {
		t.Skip("is run by others")
	}
	result := mustCopy(t, from, to, copying.Options{Rows: 3, Tell: func(s copying.State) { fmt.Println("told", s.Step) }})
	fmt.Println("whole", result.WentOn)
}

// TestKilled: a copy that is killed again and again, in all its stages, goes on each time and
// is whole in the end. No server takes what is unfinished.
func TestKilled(t *testing.T) {
	for name, place := range engines(t) {
		t.Run(name, func(t *testing.T) {
			first, back, to := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "back.db"), place()
			fill(t, first, 7, 10)
			random := rand.New(rand.NewPCG(1, 2))
			kills := 0
			for told := 1; ; told += 10 + random.IntN(60) {
				whole, wentOn := runKilled(t, first, to, told)
				if wentOn != (kills > 0) && whole {
					t.Errorf("after %d kills the copy says %v", kills, wentOn)
				}
				if whole {
					break
				}
				kills++
				refusesUnfinished(t, to)
			}
			if kills < 3 {
				t.Errorf("it was killed %d times", kills)
			}
			mustCopy(t, to, back, copying.Options{})
			compareDumps(t, dump(t, first), dump(t, back))
		})
	}
}

// runKilled runs a copy and kills it once it has said so many words.
func runKilled(t *testing.T, from, to string, told int) (whole, wentOn bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestChild$", "-test.v")
	child.Env = append(os.Environ(), "REEVE_COPY_FROM="+from, "REEVE_COPY_TO="+to)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(io.TeeReader(out, &said)); lines.Scan(); {
		switch {
		case strings.HasPrefix(lines.Text(), "told"):
			if told--; told == 0 {
				_ = child.Process.Kill() // it goes on until it is dead
			}
		case strings.HasPrefix(lines.Text(), "whole"):
			whole, wentOn = true, strings.HasSuffix(lines.Text(), "true")
		}
	}
	if err := child.Wait(); err != nil && told > 0 {
		t.Fatalf("the copy failed: %v\n%s", err, said.String())
	}
	return whole, wentOn
}

func refusesUnfinished(t *testing.T, database string) {
	t.Helper()
	var err error
	if postgres.Is(database) {
		_, err = postgres.Open(context.Background(), postgres.Options{URL: database, Migrate: true})
	} else {
		_, err = sqlite.Open(context.Background(), sqlite.Options{Path: database, Migrate: true})
		if _, e := sqlite.Check(context.Background(), database, nil); !fault.Is(e, fault.Conflict) {
			t.Errorf("a check of an unfinished copy: %v", e)
		}
	}
	var known *fault.Error
	if !errors.As(err, &known) || !strings.Contains(known.Sentence, "is an unfinished copy of") || !strings.Contains(known.Hint, "reeve server database copy ") {
		t.Errorf("an unfinished copy was opened: %v", err)
	}
}

var errStop = errors.New("stop")

// stopping is a target that fails after so many writes, or in a step.
type stopping struct {
	copying.Target
	writes int
}

func (s *stopping) Write(ctx context.Context, table copying.Table, rows []copying.Row, to copying.Progress) error {
	if s.writes--; s.writes < 0 {
		return errStop
	}
	return s.Target.Write(ctx, table, rows, to)
}

func (s *stopping) End(ctx context.Context) error {
	if s.writes < 1000 {
		return errStop
	}
	return s.Target.End(ctx)
}

// TestASourceThatChangedIsCopiedAnew: whatever the earlier copy had done, also all of it.
func TestASourceThatChangedIsCopiedAnew(t *testing.T) {
	for name, place := range engines(t) {
		for _, writes := range []int{40, 900} {
			t.Run(fmt.Sprintf("%s after %d", name, writes), func(t *testing.T) {
				first, back, to := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "back.db"), place()
				fill(t, first, 3, 6)
				s, d := source(t, first), target(t, to)
				_, err := copying.Run(context.Background(), s, &stopping{d, writes}, copying.Options{Rows: 4})
				if !errors.Is(err, errStop) {
					t.Fatal(err)
				}
				if err := errors.Join(s.Close(), d.Close()); err != nil {
					t.Fatal(err)
				}
				fill(t, first, 4, 2)
				result := mustCopy(t, first, to, copying.Options{})
				if !result.Anew {
					t.Errorf("%+v", result)
				}
				mustCopy(t, to, back, copying.Options{})
				compareDumps(t, dump(t, first), dump(t, back))
			})
		}
	}
}

// TestWhatIsNoTarget: each is said, and left as it was.
func TestWhatIsNoTarget(t *testing.T) {
	for name, place := range engines(t) {
		t.Run(name, func(t *testing.T) {
			first, second, to := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "second.db"), place()
			fill(t, first, 1, 2)
			fill(t, second, 2, 2)
			s, d := source(t, first), target(t, to)
			_, err := copying.Run(context.Background(), s, &stopping{d, 3}, copying.Options{})
			if !errors.Is(err, errStop) {
				t.Fatal(err)
			}
			if err := errors.Join(s.Close(), d.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := tryCopy(t, second, to, copying.Options{}); err == nil || !strings.Contains(err.Error(), "not of "+second) {
				t.Errorf("another source: %v", err)
			}
			mustCopy(t, first, to, copying.Options{})
			if _, err := tryCopy(t, second, to, copying.Options{}); err == nil || !strings.Contains(err.Error(), "is not empty") {
				t.Errorf("a target with rows: %v", err)
			}
		})
	}
	if _, err := sqlite.OpenCopySource(context.Background(), filepath.Join(t.TempDir(), "absent.db")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a source that is not there: %v", err)
	}
}

// TestOnPostgres looks at what only PostgreSQL has: texts that it does not hold, an empty
// database, and a schema that is whole when the copy is.
func TestOnPostgres(t *testing.T) {
	fresh, to := storetest.NewPostgres(t), storetest.NewPostgres(t)
	first, back := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "back.db")
	fill(t, first, 5, 4)
	change(t, first, `INSERT INTO variable (id, created, updated, name, value, tags) VALUES (x'01', 0, 0, 'odd' || CAST(x'00ff' AS TEXT), '"' || char(0) || '"', '[]')`)
	result := mustCopy(t, first, to, copying.Options{})
	if result.Replaced["variable"] != 2 || len(result.Replaced) != 1 {
		t.Errorf("%+v", result)
	}
	schema := func(url string) (text string) {
		c, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close(context.Background()) }()
		err = c.QueryRow(context.Background(), `SELECT
			(SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public') ||
			(SELECT string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), E'\n' ORDER BY conrelid::regclass::text, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace) ||
			(SELECT string_agg(tgname || ' ' || tgenabled::text, E'\n' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal) ||
			(SELECT string_agg(relname, E'\n' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace)`).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got, want := schema(to), schema(fresh); got != want {
		t.Errorf("the schema is\n%s\nnot\n%s", got, want)
	}
	mustCopy(t, to, back, copying.Options{})
	found := false
	for _, row := range dump(t, back)["variable"] {
		found = found || strings.Contains(row, fmt.Sprintf("%X", "odd\ufffd\ufffd")) && strings.Contains(row, fmt.Sprintf("%X", "\"\ufffd\""))
	}
	if !found {
		t.Error("the text is not there with U+FFFD in the place of what is not kept")
	}
	// A copy keeps servers off both, and servers keep it off.
	db, err := postgres.Open(context.Background(), postgres.Options{URL: to})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if _, err := postgres.OpenCopySource(ctx, to); !fault.Is(err, fault.Conflict) {
		t.Errorf("a copy of a database that is served: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func change(t *testing.T, path, sql string) {
	t.Helper()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(context.Background(), func(c store.Conn) error { _, err := c.Exec(sql); return err })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
