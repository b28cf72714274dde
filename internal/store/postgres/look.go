package postgres

import (
	"context"
)

// Name is the database of a URL for people: where it is, without user and password. Of
// what is no URL it is the scheme alone.
func Name(url string) string {
	config, err := ParseURL(url)
	if err != nil {
		return "postgresql://"
	}
	return Options{config: config}.name()
}

// Found is what a look at a database tells.
type Found struct {
	Name    string
	Version string // of PostgreSQL
	Schema  int    // 0 for none
	Newest  int    // that this program knows
}

// Look asks a database what it is, and changes nothing. It fails as Open does.
func Look(ctx context.Context, url string) (f Found, err error) {
	o, err := Options{URL: url}.withDefaults()
	if err != nil {
		return f, err
	}
	db := &DB{o: o, log: o.Logger}
	c, err := db.connect(ctx)
	if err != nil {
		return f, openFault(o, err)
	}
	defer func() { _ = c.Close(ctx) }()
	if err = db.check(ctx, c); err == nil {
		f.Schema, err = schemaNumber(ctx, c)
	}
	if err == nil {
		err = refuseUnfinished(ctx, c, o)
	}
	if err == nil {
		err = c.QueryRow(ctx, `SELECT current_setting('server_version')`).Scan(&f.Version)
	}
	if err != nil {
		return f, openFault(o, err)
	}
	f.Name = o.name()
	f.Newest, err = newest()
	return f, err
}
