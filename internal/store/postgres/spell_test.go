package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/prefect"
)

// TestSpell names what each rule of spelling makes of a statement, and of what only looks like it.
func TestSpell(t *testing.T) {
	s := speller{nullable: map[string]bool{"end_time": true, "created": false}}
	for _, c := range []struct{ name, query, types, want string }{
		{"placeholders are numbered and typed", `SELECT ?, ?`, "tw", `SELECT $1::text, $2::bigint`},
		{"the terms of a search are lists", `SELECT a WHERE text_search(?, b || ' ' || c) AND text_search(d, e)`, "t",
			`SELECT a WHERE has_terms(b || ' ' || c, $1::text[], $2::text[], $3::text[]) AND text_search(d, e)`},
		{"null has no type", `INSERT INTO t VALUES (?, ?)`, "-b", `INSERT INTO t VALUES ($1, $2::bytea)`},
		{"a numbered placeholder is one argument", `SELECT ?1, ?1, ?2`, "tf", `SELECT $1::text, $1::text, $2::double precision`},
		{"texts and names are left alone", `SELECT 'it''s IS ? and x''00''', "a ? b" -- IS ?`, "", `SELECT 'it''s IS ? and x''00''', "a ? b"`},
		{"one of a list of ids", `a IN (SELECT unhex(value) FROM json_each(?))`, "t", `a = ANY ($1::bytea[])`},
		{"none of a list of texts", `a NOT IN (SELECT value FROM json_each(?))`, "t", `a <> ALL ($1::text[])`},
		{"one of a list of numbers", `t.rowid IN (SELECT value FROM json_each(?))`, "t", `t.rowid = ANY ($1::bigint[])`},
		{"a list that is read otherwise", `SELECT edge.value FROM json_each(?) AS edge`, "t", `SELECT edge.value FROM json_each($1::text) AS edge`},
		{"hints", `SELECT a FROM t INDEXED BY t_a WHERE +a = (SELECT ?) AND b = 1 + c LIMIT -1`, "w", `SELECT a FROM t WHERE a = ($1::bigint) AND b = 1 + c`},
		{"a limit that may be none", `SELECT a FROM t LIMIT ? OFFSET ?`, "ww", `SELECT a FROM t LIMIT nullif( $1::bigint, -1) OFFSET $2::bigint`},
		{"a cross join with a condition", `FROM a CROSS JOIN b ON b.x = a.x CROSS JOIN c WHERE TRUE`, "", `FROM a JOIN b ON b.x = a.x CROSS JOIN c WHERE TRUE`},
		{"queries to select from have names", `SELECT * FROM (SELECT 1) WHERE x IN (SELECT 2) UNION ALL SELECT * FROM (SELECT 3) AS y`, "",
			`SELECT * FROM (SELECT 1) AS source_1 WHERE x IN (SELECT 2) UNION ALL SELECT * FROM (SELECT 3) AS y`},
		{"bytes", `SELECT x''`, "", `SELECT '\x'::bytea`},
		{"IS", `a IS ? OR b IS NOT c OR d IS NULL OR e IS NOT NULL OR f IS NOT DISTINCT FROM g`, "w",
			`a IS NOT DISTINCT FROM $1::bigint OR b IS DISTINCT FROM c OR d IS NULL OR e IS NOT NULL OR f IS NOT DISTINCT FROM g`},
		{"json", `a ->> 'k.l' AND b ->> '$."x.y".z' AND json_extract(c, '$.d."e.f"')`, "",
			`a::json ->> 'k.l' AND b::json #>> '{"x.y","z"}'::text[] AND ((c)::json #>> '{"d","e.f"}'::text[])`},
		{"patterns", `a LIKE ? OR b NOT LIKE 'x' ESCAPE '/' OR c GLOB ? OR d NOT GLOB 'y*'`, "tt",
			`a ILIKE $1::text ESCAPE '' OR b NOT ILIKE 'x' ESCAPE '/' OR c ~ glob_pattern( $2::text) OR d !~ glob_pattern( 'y*')`},
		{"functions", `SELECT max(a), max(a, 0), min(b, max(c)), sum(d), lower(e), t.sum`, "",
			`SELECT max(a), larger(a, 0), smaller(b, max(c)), sum_whole(d), lower_ascii(e), t.sum`},
		{"casts", `CAST(a AS INTEGER), CAST(b AS TEXT)`, "", `CAST(a AS bigint), CAST(b AS TEXT)`},
		{"what is there already", `INSERT OR IGNORE INTO t (a) VALUES (?) RETURNING a`, "w", `INSERT INTO t (a) VALUES ($1::bigint) ON CONFLICT DO NOTHING RETURNING a`},
		{"nulls", `ORDER BY end_time, t.end_time DESC, created DESC, coalesce(a, b), place LIMIT 1`, "",
			`ORDER BY end_time NULLS FIRST, t.end_time DESC NULLS LAST, created DESC, coalesce(a, b) NULLS FIRST, place NULLS FIRST LIMIT 1`},
		{"nulls of what is joined from the left", `FROM t LEFT JOIN u AS v ON TRUE LEFT JOIN (SELECT (1)) AS w ON TRUE JOIN x ON TRUE ORDER BY v.created, w.created DESC, x.created, t.created`, "",
			`FROM t LEFT JOIN u AS v ON TRUE LEFT JOIN (SELECT (1)) AS w ON TRUE JOIN x ON TRUE ORDER BY v.created NULLS FIRST, w.created DESC NULLS LAST, x.created, t.created`},
		{"the end of a walk", `SELECT a FROM t ORDER BY created DESC WALKED`, "", `SELECT a FROM t ORDER BY created DESC`},
		{"nulls of a window", `row_number() OVER (PARTITION BY a ORDER BY end_time DESC) FROM t ORDER BY (SELECT b ORDER BY end_time)`, "",
			`row_number() OVER (PARTITION BY a ORDER BY end_time DESC NULLS LAST) FROM t ORDER BY (SELECT b ORDER BY end_time NULLS FIRST) NULLS FIRST`},
	} {
		if got := s.spell(c.query, []byte(c.types)).sql; got != c.want {
			t.Errorf("%s:\n%s\n got %s\nwant %s", c.name, c.query, got, c.want)
		}
	}
}

// TestWays: what a statement says of how it is to be planned is kept, though PostgreSQL is not sent it.
func TestWays(t *testing.T) {
	var s speller
	for query, want := range map[string]way{
		`SELECT a FROM t`:                                     free,
		`SELECT a FROM t NOT INDEXED`:                         free,
		`SELECT 'INDEXED BY', "WALKED" FROM t`:                free,
		`SELECT a FROM (SELECT b FROM t INDEXED BY t_b) AS u`: indexed,
		`SELECT a FROM t INDEXED BY t_a ORDER BY a WALKED`:    walked,
	} {
		if got := s.spell(query, nil).way; got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

func TestListsAreArrays(t *testing.T) {
	for kind, text := range map[listKind]string{ids: `["00ff"]`, texts: `["a"]`, wholes: `[1]`, included: `{"Include":["a"]}`} {
		if _, err := list(kind, text); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := list(kind, `{`); err == nil {
			t.Errorf("%s takes what is no list", kind)
		}
	}
	search := prefect.TextSearch{Include: []string{`Ä_B`}, Exclude: []string{`50%`, `a\b`}}.String()
	for kind, want := range map[listKind][]string{included: {`%Ä\_b%`}, required: {}, excluded: {`%50\%%`, `%a\\b%`}} {
		if got, err := list(kind, search); err != nil || !slices.Equal(got.([]string), want) || got.([]string) == nil {
			t.Errorf("%s: %q (%v), want %q", kind, got, err, want)
		}
	}
	if _, err := list(ids, `["zz"]`); err == nil {
		t.Error("an id of no digits is taken")
	}
}

// FuzzSpell: tokens put together again are the statement, whatever it is, and texts within it
// come out as they went in.
func FuzzSpell(f *testing.F) {
	for _, seed := range []string{`SELECT 'a', x'00', "b" FROM (SELECT ?1) ORDER BY a DESC`, `IN (SELECT value FROM json_each(?))`, `'`, `x'`, `((`, `))`,
		`json_extract(a, '$.')`, `ORDER BY`, `LIKE`, `GLOB`, `IS NOT`, `CAST(`, `max(,)`, `LIMIT ?`, "--", `CROSS JOIN`, `NOT GLOB ?`, `FROM (SELECT`, `?99999999999999999999`} {
		f.Add(seed)
	}
	s := speller{nullable: map[string]bool{"a": true}}
	f.Fuzz(func(t *testing.T, query string) {
		all, rest := tokens(query)
		var whole strings.Builder
		var kept []string
		for _, token := range all {
			whole.WriteString(token.blank + token.text)
			if token.kind == quoted {
				kept = append(kept, token.text)
			}
		}
		if whole.String()+rest != query {
			t.Fatalf("%q became %q", query, whole.String()+rest)
		}
		got := s.spell(query, []byte("t"))
		after, _ := tokens(got.sql)
		for _, token := range after {
			if token.kind == quoted {
				if i := slices.Index(kept, token.text); i >= 0 {
					kept = slices.Delete(kept, i, i+1)
				}
			}
		}
		if len(kept) > 0 && !strings.Contains(strings.ToUpper(query), "INDEXED") {
			t.Fatalf("%q lost %q: %s", query, kept, got.sql)
		}
	})
}
