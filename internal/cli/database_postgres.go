package cli

import (
	"fmt"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/store/postgres"
)

// databaseName is the server's database for people: its path, or where it is, without its
// password.
func databaseName(c *config.Config) string {
	if url := c.Postgres(); url != "" {
		return postgres.Name(url)
	}
	return c.Database()
}

// upgradePostgres brings the schema of a PostgreSQL database up to date.
func upgradePostgres(p *process, c *config.Config) error {
	db, err := postgres.Open(p.ctx, postgres.Options{URL: c.Postgres(), Migrate: true, Logger: p.log})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s has schema %d, the newest.\n", databaseName(c), db.Schema())
	return err
}
