//go:build modernc

package main

import (
	"context"
	"database/sql"
	"net/url"

	_ "modernc.org/sqlite"
)

const driver = "modernc.org/sqlite"

// modernc is one connection of the driver, through database/sql as it is meant
// to be used.
type modernc struct {
	db    *sql.DB
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

func open(path string, write bool) (conn, error) {
	mode := "ro"
	if write {
		mode = "rwc"
	}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?mode="+mode)
	if err != nil {
		return nil, err
	}
	c, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	return &modernc{db, c, map[string]*sql.Stmt{}}, nil
}

func (m *modernc) prepare(query string) (*sql.Stmt, error) {
	if stmt := m.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := m.c.PrepareContext(context.Background(), query)
	if err == nil {
		m.stmts[query] = stmt
	}
	return stmt, err
}

func (m *modernc) exec(query string, args ...any) error {
	stmt, err := m.prepare(query)
	if err != nil {
		return err
	}
	_, err = stmt.Exec(args...)
	return err
}

func (m *modernc) query(query string, args []any, each func(row)) error {
	stmt, err := m.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make(moderncRow, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		each(values)
	}
	return rows.Err()
}

func (m *modernc) close() error {
	_ = m.c.Close()
	return m.db.Close()
}

type moderncRow []any

func (r moderncRow) text(i int) string   { v, _ := r[i].(string); return v }
func (r moderncRow) integer(i int) int64 { v, _ := r[i].(int64); return v }
func (r moderncRow) blob(i int) []byte   { v, _ := r[i].([]byte); return v }
