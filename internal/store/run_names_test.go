//go:build !race

package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestPartsOfNamesAreFound: whatever was made, renamed and deleted, and however far names were
// learned, a part finds the runs that have it.
func TestPartsOfNamesAreFound(t *testing.T) {
	s, _ := openStore(t)
	draw := rand.New(rand.NewPCG(3, 9))
	flow, parent := uuid.New(), uuid.New()
	word := func() string {
		return []string{"amber", "BADGER", "curious-Ünïcode", "x", "a%b_c", `say "hi"`, "日本語の名前", strings.Repeat("long", 200) + "tail"}[draw.IntN(8)]
	}
	name := func() string { return fmt.Sprintf("%s-%s-%d", word(), word(), draw.IntN(4)) }
	parts := []string{"badg", "BER-b", "ünï", "a%b", "b_c", `"hi"`, "日本語", "tail", "x-x", "r-1", "x", "nobody", "-2", "ongt"}
	var runs, tasks []uuid.UUID
	update(t, s, func(tx *store.Tx) error {
		if err := tx.Execute(`INSERT INTO flow (id, created, updated, name) VALUES (?, 1, 1, 'f')`, flow); err != nil {
			return err
		}
		return tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id) VALUES (?, 1, 1, 'parent', ?)`, parent, flow)
	})
	change := func(tx *store.Tx, table string, ids *[]uuid.UUID) error {
		switch n := len(*ids); {
		case n < 40 || draw.IntN(3) == 0:
			id := uuid.New()
			*ids = append(*ids, id)
			if table == "flow_run" {
				return tx.Execute(`INSERT INTO flow_run (id, created, updated, name, flow_id) VALUES (?, 1, 1, ?, ?)`, id, name(), flow)
			}
			return tx.Execute(`INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key) VALUES (?, 1, 1, ?, ?, 'k', ?)`, id, name(), parent, id.String())
		case draw.IntN(2) == 0:
			return tx.Execute(`UPDATE `+table+` SET name = ? WHERE id = ?`, name(), (*ids)[draw.IntN(n)])
		default: // often the newest, whose rowid the next one has
			at := max(0, n-1-draw.IntN(3))
			id := (*ids)[at]
			*ids = slices.Delete(*ids, at, at+1)
			return tx.Execute(`DELETE FROM `+table+` WHERE id = ?`, id)
		}
	}
	for range 12 {
		update(t, s, func(tx *store.Tx) error {
			for range 12 {
				if err := change(tx, "flow_run", &runs); err != nil {
					return err
				}
				if err := change(tx, "task_run", &tasks); err != nil {
					return err
				}
			}
			if draw.IntN(4) == 0 {
				return nil
			}
			return tx.LearnSome(draw.IntN(20))
		})
		view(t, s, func(tx *store.Tx) error {
			for _, part := range parts {
				for _, table := range []string{"flow_run", "task_run"} {
					want, got, err := tx.RowsLike(table, part)
					if err != nil {
						return err
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%s, %q: found %v, want %v", table, part, got, want)
					}
				}
			}
			checkTaskNames(t, tx)
			return nil
		})
	}
	update(t, s, func(tx *store.Tx) error {
		if err := tx.Execute(`DELETE FROM flow`); err != nil {
			return err
		}
		if n, err := tx.KnownNames(); err != nil || n != 0 {
			t.Errorf("%d names are left (%v), want none", n, err)
		}
		return nil
	})
}

// checkTaskNames: a page of the task runs of a flow by name is that of all of them.
func checkTaskNames(t *testing.T, tx *store.Tx) {
	t.Helper()
	var b filterBody
	decodeFilters(t, `{"flows": {"name": {"any_": ["f"]}}}`, &b)
	for _, sort := range []prefect.TaskRunSort{"NAME_ASC", "NAME_DESC"} {
		for _, page := range []prefect.Page{{Limit: 5}, {Limit: 10, Offset: 12}} {
			want, got, err := tx.TaskNames(b.filters(), sort, page)
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s, %+v: %q (%v), want %q", sort, page, got, err, want)
			}
		}
	}
}
