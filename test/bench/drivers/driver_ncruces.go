//go:build ncruces

package main

import "github.com/ncruces/go-sqlite3"

const driver = "github.com/ncruces/go-sqlite3"

type ncruces struct {
	c     *sqlite3.Conn
	stmts map[string]*sqlite3.Stmt
}

func open(path string, write bool) (conn, error) {
	flags := sqlite3.OPEN_READONLY
	if write {
		flags = sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE
	}
	c, err := sqlite3.OpenFlags(path, flags)
	if err != nil {
		return nil, err
	}
	return &ncruces{c, map[string]*sqlite3.Stmt{}}, nil
}

func (n *ncruces) exec(query string, args ...any) error {
	return n.query(query, args, func(row) {})
}

func (n *ncruces) query(query string, args []any, each func(row)) error {
	stmt := n.stmts[query]
	if stmt == nil {
		var err error
		if stmt, _, err = n.c.PrepareFlags(query, sqlite3.PREPARE_PERSISTENT); err != nil {
			return err
		}
		n.stmts[query] = stmt
	}
	for i, arg := range args {
		var err error
		switch v := arg.(type) {
		case string:
			err = stmt.BindText(i+1, v)
		case int64:
			err = stmt.BindInt64(i+1, v)
		case []byte:
			err = stmt.BindBlob(i+1, v)
		}
		if err != nil {
			return err
		}
	}
	for stmt.Step() {
		each(ncrucesRow{stmt})
	}
	err := stmt.Err()
	if e := stmt.Reset(); err == nil {
		err = e
	}
	return err
}

func (n *ncruces) close() error {
	for _, stmt := range n.stmts {
		_ = stmt.Close()
	}
	return n.c.Close()
}

type ncrucesRow struct{ s *sqlite3.Stmt }

func (r ncrucesRow) text(i int) string   { return r.s.ColumnText(i) }
func (r ncrucesRow) integer(i int) int64 { return r.s.ColumnInt64(i) }
func (r ncrucesRow) blob(i int) []byte   { return r.s.ColumnBlob(i, nil) }
