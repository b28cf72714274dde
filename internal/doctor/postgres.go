package doctor

import (
	"context"
	"errors"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store/postgres"
)

// lookAtPostgres looks whether a server could work with a PostgreSQL database. It changes nothing.
func lookAtPostgres(ctx context.Context, url string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	found, err := postgres.Look(ctx, url)
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return one(Fail, known.Hint, "%s", known.Sentence)
	case err != nil:
		return one(Fail, "psql with the database's URL", "%s cannot be looked at: %v", postgres.Name(url), err)
	case found.Schema == 0:
		return ok("%s, PostgreSQL %s, is empty; a server makes its schema when it starts", found.Name, found.Version)
	case found.Schema < found.Newest:
		return ok("%s, PostgreSQL %s, has schema %d; this program brings it to %d", found.Name, found.Version, found.Schema, found.Newest)
	}
	return ok("%s, PostgreSQL %s, answers and has schema %d", found.Name, found.Version, found.Schema)
}
