package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a running PostgreSQL in which each server measured has a database of its own.
type cluster struct {
	url  *url.URL // of the database from which others are made
	data string   // its data folder, which tells its process; "" when it is not known
}

// openCluster is the PostgreSQL that scripts/with-postgres has started.
func openCluster() (*cluster, error) {
	u, err := url.Parse(os.Getenv("REEVE_TEST_POSTGRES"))
	if err != nil || u.Host == "" && u.Query().Get("host") == "" {
		return nil, fmt.Errorf("REEVE_TEST_POSTGRES names no PostgreSQL: run it with scripts/with-postgres")
	}
	return &cluster{u, os.Getenv("REEVE_TEST_POSTGRES_DATA")}, nil
}

// of is the URL of the database that goes with a folder.
func (c *cluster) of(folder string) string {
	u := *c.url
	u.Path = "/" + filepath.Base(folder)
	return u.String()
}

// driver is the same as SQLAlchemy reads it.
func (c *cluster) driver(folder string) string {
	return "postgresql+asyncpg://" + strings.TrimPrefix(c.of(folder), "postgresql://")
}

func (c *cluster) create(folder string) error {
	return c.run("CREATE DATABASE " + pgx.Identifier{filepath.Base(folder)}.Sanitize())
}

func (c *cluster) drop(folder string) {
	if err := c.run("DROP DATABASE IF EXISTS " + pgx.Identifier{filepath.Base(folder)}.Sanitize() + " WITH (FORCE)"); err != nil {
		fmt.Fprintln(os.Stderr, "the database of", folder, "is left:", err)
	}
}

func (c *cluster) run(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url.String())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// computed is the processor time, in seconds, of all its processes, those that have ended
// included; 0 for no cluster.
func (c *cluster) computed() (seconds float64) {
	if c == nil {
		return 0
	}
	text, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	if n, err := strconv.Atoi(pid); err == nil {
		own := processStat(fmt.Sprintf("/proc/%d/stat", n))
		seconds = computed(own, 11) + computed(own, 13)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	for _, path := range stats {
		if fields := processStat(path); len(fields) > 1 && fields[1] == pid { // its parent is the second
			seconds += computed(fields, 11)
		}
	}
	return seconds
}
