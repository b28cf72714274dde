package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/reevehq/reeve/internal/fault"
)

const (
	// connectTime bounds a connection's making, and migrateTime the opening of a database
	// with all its migrations.
	connectTime = 10 * time.Second
	migrateTime = 10 * time.Minute
	// idleTime is how long a session that takes its turn among the servers may do nothing within
	// a transaction: one that was stopped there, or cut off, lets go of what it holds. A
	// reader holds up nobody.
	idleTime = 4 * time.Second
	// oldest is the oldest PostgreSQL that is taken.
	oldest = 140000
	// statements bounds those that a connection keeps prepared.
	statements = 400
)

// settings are made in each session. They are set rather than given at its start, which
// poolers refuse. A plan is not compiled (jit): that takes longer than most of ours run.
const settings = `SET application_name = 'reeve'; SET jit = off; SET timezone = 'UTC'; SET statement_timeout = '60s';
	SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'; SET client_encoding = 'UTF8'`

// ofTurns are made besides in the sessions that take turns: the writer's, and the one that takes
// the lead.
var ofTurns = fmt.Sprintf(`SET idle_in_transaction_session_timeout = '%dms'`, idleTime.Milliseconds())

// Is reports whether a database's name is a URL of PostgreSQL, in any of its spellings.
func Is(database string) bool {
	scheme, _, ok := strings.Cut(database, "://")
	scheme, _, _ = strings.Cut(scheme, "+")
	return ok && (scheme == "postgresql" || scheme == "postgres")
}

// ParseURL reads the URL of a database: PostgreSQL's own, and SQLAlchemy's, whose scheme
// names a driver (postgresql+asyncpg://) and which says ssl for sslmode.
func ParseURL(database string) (*pgx.ConnConfig, error) {
	refused := func(why string) error {
		return fault.New(fault.Invalid, "the database's URL cannot be read: %s", why).
			WithHint("write --database postgresql://user:password@host:5432/name")
	}
	if !Is(database) {
		return nil, refused("it does not begin with postgresql://")
	}
	_, rest, _ := strings.Cut(database, "://")
	u, err := url.Parse("postgresql://" + rest)
	if err != nil {
		// What the error says has the URL in it, and with it the password.
		return nil, refused("its user, password or address has characters that must be written as %XX")
	}
	q := u.Query()
	if q.Has("ssl") && !q.Has("sslmode") {
		mode := q.Get("ssl")
		switch mode {
		case "true":
			mode = "require"
		case "false":
			mode = "disable"
		}
		q.Set("sslmode", mode)
	}
	for _, of := range []string{"ssl", "prepared_statement_cache_size", "statement_cache_size", "prepared_statement_name_func"} {
		q.Del(of) // of SQLAlchemy's driver
	}
	u.RawQuery = q.Encode()
	c, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, refused("a part of it, or a file that it names, is not what it should be")
	}
	c.ConnectTimeout = connectTime
	c.StatementCacheCapacity = statements
	c.DescriptionCacheCapacity = 0
	// Who gives up has the statement ended at the database, and keeps the connection.
	c.BuildContextWatcherHandler = func(p *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: p, CancelRequestDelay: 0, DeadlineDelay: 2 * time.Second}
	}
	return c, nil
}

// name is the database for people.
func (o Options) name() string {
	if strings.HasPrefix(o.config.Host, "/") {
		return "postgresql://" + o.config.Host + "/" + o.config.Database
	}
	return fmt.Sprintf("postgresql://%s:%d/%s", o.config.Host, o.config.Port, o.config.Database)
}

func (db *DB) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	c, err := pgx.ConnectConfig(ctx, db.o.config.Copy())
	if err != nil {
		return nil, err
	}
	if err := settle(ctx, c); err != nil {
		_ = c.Close(ctx)
		return nil, err
	}
	return c, nil
}

func settle(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, settings, pgx.QueryExecModeSimpleProtocol)
	return err
}

// check looks whether the database is one that we can work with.
func (db *DB) check(ctx context.Context, c *pgx.Conn) error {
	var number, encoding, shown string
	var standby bool
	var pid uint32
	// Nothing is prepared before it is known that the session is ours: in another's it is there already.
	err := c.QueryRow(ctx, `SELECT current_setting('server_version_num'), current_setting('server_version'), current_setting('server_encoding'),
		pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean, pg_backend_pid()`,
		pgx.QueryExecModeSimpleProtocol).Scan(&number, &shown, &encoding, &standby, &pid)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return err
	case version < oldest:
		return fault.New(fault.Invalid, "%s is PostgreSQL %s; 14 or newer is needed", db.o.name(), shown).WithHint("upgrade PostgreSQL, or choose another database with --database")
	case encoding != "UTF8":
		return fault.New(fault.Invalid, "database %s keeps texts in %s, not in UTF-8", db.o.name(), encoding).WithHint("make one with: CREATE DATABASE reeve ENCODING 'UTF8' TEMPLATE template0")
	case standby:
		return fault.New(fault.Invalid, "%s takes no writes: it is a standby, or read-only", db.o.name()).WithHint("give the address of the primary; with several hosts, add ?target_session_attrs=read-write")
	case pid != c.PgConn().PID():
		return db.checkPool(ctx, c, pid)
	}
	return nil
}

// poolLooks is how often two connections behind a pooler are compared: others may use it
// meanwhile, and it may hand sessions out in turn.
const poolLooks = 5

// checkPool finds out whether the pooler between us and the database gives one session
// to two connections, or one connection several, which is how one that pools transactions works.
func (db *DB) checkPool(ctx context.Context, c *pgx.Conn, pid uint32) error {
	other, err := db.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = other.Close(ctx) }()
	for range poolLooks {
		ours, theirs := pid, pid
		if err = other.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&theirs); err == nil {
			err = c.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&ours)
		}
		switch {
		case err != nil:
			return err
		case theirs == pid || ours != pid:
			return fault.New(fault.Invalid, "%s is a pooler (PgBouncer) that shares sessions between connections: settings and prepared statements would be another's, and LISTEN hears nothing", db.o.name()).
				WithHint("give the address of PostgreSQL itself, or set pool_mode = session")
		}
	}
	return nil
}

// openFault explains why a database could not be opened.
func openFault(o Options, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	name := o.name()
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		switch answer.Code {
		case "28P01", "28000":
			return fault.New(fault.Invalid, "%s refuses user %q: %s", name, o.config.User, answer.Message).WithHint("check user and password in the database's URL, and pg_hba.conf of the database")
		case "3D000":
			return fault.New(fault.Invalid, "%s does not exist", name).WithHint("make it with: createdb %s", o.config.Database)
		case "42501":
			return fault.New(fault.Invalid, "user %q may not do all that is needed in %s: %s", o.config.User, name, answer.Message).WithHint("make the user the owner of the database: ALTER DATABASE %s OWNER TO %s", o.config.Database, o.config.User)
		case "53300":
			return fault.New(fault.Busy, "%s has no connection left for us: %s", name, answer.Message).WithHint("raise max_connections, or end what else uses the database")
		}
		return fault.Wrap(fault.Internal, err, "database %s cannot be opened", name)
	}
	if isAway(err) || errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Busy, "%s cannot be reached: %s", name, reason(err)).WithHint("check the address in the database's URL, and that PostgreSQL runs and listens there")
	}
	return fmt.Errorf("open database %s: %w", name, err)
}

// reason is the innermost part of an error: what is around it repeats the address, the user
// and what was tried.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v", connectTime)
	}
	for {
		var inner error
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			inner = u.Unwrap()
		case interface{ Unwrap() []error }:
			if all := u.Unwrap(); len(all) > 0 {
				inner = all[len(all)-1]
			}
		}
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
