package sqlite

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// keepPlans has every connection that is opened from now on keep the plan with which a
// statement was compiled, whatever is bound to it (SQLite's "query planner stability
// guarantee"). Else SQLite compiles a statement again whenever a value changes on which its
// plan may depend, as by a partial index: a sixth of the time of a busy server, a third of a
// small one's. Of the 2,500 statements that our tests prepare a single one has another
// plan with it, as good as the other. The driver does not reach the setting, so it is made
// where SQLite itself says that it opens a connection.
var keepPlans = sync.OnceFunc(func() {
	callWithEach(keepPlansOf)
})

// callWithEach has SQLite call a function, which is none that closes over anything, with each
// new connection, after those that were given before.
func callWithEach(f func(tls *libc.TLS, db, message, routines uintptr) int32) {
	tls := libc.NewTLS()
	defer tls.Close()
	if sqlite3.Xsqlite3_auto_extension(tls, pointer(f)) != sqlite3.SQLITE_OK {
		panic("sqlite3_auto_extension: no memory")
	}
}

// keepPlansOf is what SQLite calls with each new connection.
func keepPlansOf(_ *libc.TLS, db, _, _ uintptr) int32 { return setKeepPlans(db, 1) }

// setKeepPlans switches the guarantee on, 1, or off, 0, and returns SQLite's code.
func setKeepPlans(db uintptr, on int32) int32 {
	tls := libc.NewTLS()
	defer tls.Close()
	arguments := tls.Alloc(16)
	defer tls.Free(16)
	return sqlite3.Xsqlite3_db_config(tls, db, sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG, libc.VaList(arguments, on, uintptr(0)))
}
