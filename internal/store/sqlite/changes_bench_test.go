package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/store"
)

// BenchmarkTrackedWrites tells what it costs a write that its pages are noted.
func BenchmarkTrackedWrites(b *testing.B) {
	for _, track := range []bool{false, true} {
		b.Run(fmt.Sprintf("tracked=%t", track), func(b *testing.B) {
			db, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "reeve.db"), Steps: notebook, Migrate: true, Track: track})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			text := strings.Repeat("text", 120)
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := db.Update(b.Context(), func(c store.Conn) error {
						_, err := c.Exec("INSERT INTO note (text) VALUES (?)", text)
						return err
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
