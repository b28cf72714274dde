package copying

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/reevehq/reeve/internal/fault"
)

// The bounds of a batch.
const (
	batchRows  = 5_000
	batchBytes = 4 << 20
)

// State is how far a copy is.
type State struct {
	// Step is what goes on: check, copy, finish or compare.
	Step string
	// Table is the one that it has come to; while it finishes, what it does.
	Table string
	// Rows of so many of the table, and of all tables, are done in this step.
	Rows, Of       int64
	AllRows, AllOf int64
}

// Options are how a copy is made.
type Options struct {
	// Tell is told how far it is, after each batch; it returns at once. Nil for nobody.
	Tell func(State)
	// Rows of a batch, at most; 0 for the constant.
	Rows int
}

// Result is what a copy has come to.
type Result struct {
	Tables int
	Rows   int64
	// Went on: an earlier copy was cut off, and this one has gone on with it.
	WentOn bool
	// Anew: the source had changed since that one, so it was begun anew.
	Anew bool
	// Replaced are the tables with texts that the target cannot hold, and how many.
	Replaced map[string]int64
}

// run is a copy under way.
type run struct {
	from   Source
	to     Target
	o      Options
	summer *summer
	tables []Table
	at     map[string]Progress
	counts map[string]int64
	state  State
	result Result
}

// Run copies a database, or goes on with a copy that was cut off. What it returns nil for is
// whole: each table was compared.
func Run(ctx context.Context, from Source, to Target, o Options) (Result, error) {
	if from.Name() == to.Name() {
		return Result{}, fault.New(fault.Invalid, "%s cannot be copied to itself", from.Name()).WithHint("name two databases: reeve server database copy FROM TO")
	}
	if o.Tell == nil {
		o.Tell = func(State) {}
	}
	if o.Rows == 0 {
		o.Rows = batchRows
	}
	r := &run{from: from, to: to, o: o, summer: newSummer(), counts: map[string]int64{}}
	for _, step := range []func(context.Context) error{r.begin, r.check, r.copy, r.finish, r.compare, to.End} {
		if err := step(ctx); err != nil {
			if ended := ctx.Err(); ended != nil {
				return r.result, fault.New(fault.Busy, "the copy was stopped").WithHint("the same command goes on where it was")
			}
			return r.result, err
		}
	}
	r.result.Tables = len(r.tables)
	return r.result, nil
}

// begin finds out what there is to copy, and marks the target.
func (r *run) begin(ctx context.Context) (err error) {
	if r.tables, err = r.from.Tables(ctx); err != nil {
		return err
	}
	there, err := r.to.Tables(ctx)
	if err != nil {
		return err
	}
	if err := sameTables(r.tables, there); err != nil {
		return fmt.Errorf("the schemas of %s and %s differ: %w", r.from.Name(), r.to.Name(), err)
	}
	if r.at, err = r.to.Begin(ctx, r.from.Name()); err != nil {
		return err
	}
	r.result.WentOn = len(r.at) > 0
	if r.at == nil {
		r.at = map[string]Progress{}
	}
	for _, t := range r.tables {
		if r.counts[t.Name], err = r.from.Count(ctx, t.Name); err != nil {
			return err
		}
		r.state.AllOf += r.counts[t.Name]
	}
	return nil
}

func sameTables(from, to []Table) error {
	for i := range max(len(from), len(to)) {
		switch {
		case i >= len(to) || i < len(from) && from[i].Name < to[i].Name:
			return fmt.Errorf("only the first has a table %s", from[i].Name)
		case i >= len(from) || from[i].Name > to[i].Name:
			return fmt.Errorf("only the second has a table %s", to[i].Name)
		case !reflect.DeepEqual(from[i].Columns, to[i].Columns):
			return fmt.Errorf("table %s has other columns: %v and %v", from[i].Name, from[i].Columns, to[i].Columns)
		}
	}
	return nil
}

// errEnough ends a reading that has what it needs.
var errEnough = errors.New("enough")

// check looks whether what was copied before a cut is still so at the source.
func (r *run) check(ctx context.Context) error {
	r.state.Step = "check"
	for _, table := range r.tables {
		at := r.at[table.Name]
		var rows int64
		var sum uint64
		same := true
		if at.Rows > 0 || at.Done {
			err := r.from.After(ctx, table, nil, func(key, row Row) error {
				if rows == at.Rows && !at.Done {
					return errEnough
				}
				if _, err := r.fit(table, row); err != nil {
					return err
				}
				n, err := r.summer.of(row)
				sum += n
				rows++
				if rows == at.Rows {
					same = reflect.DeepEqual(key, at.Key)
				}
				r.tell(table, rows, false)
				return err
			})
			if err != nil && err != errEnough {
				return fmt.Errorf("read %s of %s: %w", table.Name, r.from.Name(), err)
			}
		}
		if rows != at.Rows || sum != at.Sum || !same {
			r.result.Anew, r.at = true, map[string]Progress{}
			r.state.AllRows = 0
			return r.to.Clear(ctx)
		}
		r.state.AllRows += rows
		r.tell(table, rows, true)
	}
	return nil
}

// copy copies what is left of all tables.
func (r *run) copy(ctx context.Context) error {
	r.state.Step = "copy"
	r.result.Replaced = map[string]int64{}
	for _, table := range r.tables {
		at := r.at[table.Name]
		if !at.Done {
			var err error
			if at, err = r.copyTable(ctx, table, at); err != nil {
				return fmt.Errorf("copy table %s: %w", table.Name, err)
			}
			r.at[table.Name] = at
		}
		r.result.Rows += at.Rows
		if at.Replaced > 0 {
			r.result.Replaced[table.Name] = at.Replaced
		}
	}
	return nil
}

func (r *run) copyTable(ctx context.Context, table Table, at Progress) (Progress, error) {
	at.Table = table.Name
	var batch []Row
	bytes := 0
	write := func() error {
		if err := r.to.Write(ctx, table, batch, at); err != nil {
			return err
		}
		r.state.AllRows += int64(len(batch))
		r.tell(table, at.Rows, true)
		batch, bytes = batch[:0], 0
		return nil
	}
	err := r.from.After(ctx, table, at.Key, func(key, row Row) error {
		replaced, err := r.fit(table, row)
		if err != nil {
			return err
		}
		sum, err := r.summer.of(row)
		if err != nil {
			return err
		}
		at.Key, at.Rows, at.Sum, at.Replaced = key, at.Rows+1, at.Sum+sum, at.Replaced+replaced
		batch = append(batch, row)
		if bytes += size(row); len(batch) >= r.o.Rows || bytes >= batchBytes {
			return write()
		}
		return nil
	})
	if err != nil {
		return at, err
	}
	at.Done = true
	return at, write()
}

// fit makes the values of a row those of the target, and counts the texts that it replaces.
func (r *run) fit(table Table, row Row) (replaced int64, err error) {
	for i, column := range table.Columns {
		if row[i] == nil {
			continue
		}
		var other bool
		if row[i], other, err = r.to.Fit(row[i], column.Kind); err != nil {
			return 0, fmt.Errorf("column %s: %w", column.Name, err)
		}
		if other {
			replaced++
		}
	}
	return replaced, nil
}

// size is some measure of the memory that a row takes.
func size(row Row) int {
	n := 16 * len(row)
	for _, value := range row {
		switch v := value.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// often is how many rows are read between two words of it.
const often = 1_000

// tell says how far a table is; of what is not always worth a word, now and then.
func (r *run) tell(table Table, rows int64, always bool) {
	if !always && rows%often != 0 {
		return
	}
	s := r.state
	s.Table, s.Rows, s.Of = table.Name, rows, r.counts[table.Name]
	if !always {
		s.AllRows += rows // of the tables before
	}
	r.o.Tell(s)
}

func (r *run) finish(ctx context.Context) error {
	sequences, err := r.from.Sequences(ctx)
	if err != nil {
		return err
	}
	return r.to.Finish(ctx, sequences, func(step string) { r.o.Tell(State{Step: "finish", Table: step}) })
}

// compare reads the target, and fails where it is not what was read at the source.
func (r *run) compare(ctx context.Context) error {
	r.state.Step, r.state.AllRows = "compare", 0
	for _, table := range r.tables {
		var rows int64
		var sum uint64
		err := r.to.All(ctx, table, func(row Row) error {
			n, err := r.summer.of(row)
			rows++
			sum += n
			r.tell(table, rows, false)
			return err
		})
		if err != nil {
			return fmt.Errorf("read %s of %s: %w", table.Name, r.to.Name(), err)
		}
		r.state.AllRows += rows
		r.tell(table, rows, true)
		if at := r.at[table.Name]; rows != at.Rows || sum != at.Sum || rows != r.counts[table.Name] {
			return fault.New(fault.Internal, "%s has %d rows of %s and %s %d, or others", r.to.Name(), rows, table.Name, r.from.Name(), r.counts[table.Name]).
				WithHint("this is a defect of Reeve, or of a disk: make %s anew and copy again; the source is as it was", r.to.Name())
		}
	}
	return nil
}
