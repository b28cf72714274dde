package postgres

import (
	"strings"
	"testing"
)

func TestURLsAreRead(t *testing.T) {
	for url, want := range map[string]string{
		"postgresql://u:secret@db:6432/x":                             "postgresql://db:6432/x",
		"postgres://u@db/x":                                           "postgresql://db:5432/x",
		"postgresql+asyncpg://u:p%40ss@db:5432/x?ssl=disable":         "postgresql://db:5432/x",
		"postgresql+psycopg2://u@db/x?sslmode=disable":                "postgresql://db:5432/x",
		"postgresql://u@/x?host=/var/run/postgresql":                  "postgresql:///var/run/postgresql/x",
		"postgresql+asyncpg://u@db/x?prepared_statement_cache_size=0": "postgresql://db:5432/x",
	} {
		c, err := ParseURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := (Options{config: c}).name(); got != want {
			t.Errorf("%s is %s, not %s", url, got, want)
		}
	}
	for _, url := range []string{"mysql://u:secret@db/x", "postgresql://u:secret%@db/x", "postgresql://u:secret@db:port/x", "postgresql://u:secret@db/x?sslmode=maybe"} {
		_, err := ParseURL(url)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestIs(t *testing.T) {
	for database, want := range map[string]bool{"postgresql://x": true, "postgres://x": true, "postgresql+asyncpg://x": true,
		"/data/postgresql.db": false, "sqlite+aiosqlite:////x": false, "postgresql": false, "mysql://x": false} {
		if Is(database) != want {
			t.Errorf("%s: %v", database, !want)
		}
	}
}
