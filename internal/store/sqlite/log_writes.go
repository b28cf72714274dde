package sqlite

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite hands a commit to its write-ahead log page by page, each with two writes: the
// header of a frame, and the page. A commit of a busy server has some seventy of them, so
// that the system calls took more of the writer's time than the disk. Here they are gathered
// and written with few calls, before SQLite asks for them to be on the disk.
//
// What is gathered is in the file before anybody can ask for it: it is written with the last
// frame of a commit, which says so itself, and before whatever else is done with the file.
// The readers find frames by the log's index, which SQLite changes only after that.

const (
	// gatheredMost bounds what is gathered of a log, in bytes; a larger commit takes several turns.
	gatheredMost = 512 << 10
	// writtenMost bounds one write, in bytes: SQLite's own must be below 128 KB.
	writtenMost = 120 << 10
)

// gatherLogWrites has the connections opened from now on write their logs so.
var gatherLogWrites = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	found := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if found == 0 {
		panic("sqlite3_vfs_find: none")
	}
	logFiles = *at[sqlite3.Tsqlite3_vfs](found)
	openFile = called[func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32](logFiles.FxOpen)
	name, err := libc.CString("reeve")
	if err != nil {
		panic(err)
	}
	logFiles.FzName, logFiles.FxOpen = name, pointer(openLog)
	if sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&logFiles)), 1) != sqlite3.SQLITE_OK {
		panic("sqlite3_vfs_register: no memory")
	}
})

var (
	// logFiles is the system's way to files, but for logs. SQLite keeps its address.
	logFiles sqlite3.Tsqlite3_vfs
	openFile func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32

	// logMethods are what SQLite calls for a log; system, those of the system, which are the
	// same for each file. They are set when the first log is opened.
	setMethods sync.Once
	logMethods sqlite3.Tsqlite3_io_methods
	system     struct {
		close    func(tls *libc.TLS, file uintptr) int32
		read     func(tls *libc.TLS, file, to uintptr, n int32, place int64) int32
		write    func(tls *libc.TLS, file, from uintptr, n int32, place int64) int32
		truncate func(tls *libc.TLS, file uintptr, size int64) int32
		sync     func(tls *libc.TLS, file uintptr, flags int32) int32
		size     func(tls *libc.TLS, file, to uintptr) int32
	}

	// gathered is what is gathered of each log that is written to, by SQLite's file.
	gathered sync.Map // uintptr → *gathering
)

// gathering is what is to be written to a log: bytes that follow each other in the file. A
// connection is used by one goroutine at a time, and so is its log.
type gathering struct {
	place  int64
	bytes  []byte
	commit bool // the header of a commit's last frame is in it, its page is not
}

func openLog(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	code := openFile(tls, vfs, name, file, flags, out)
	if code == sqlite3.SQLITE_OK && flags&sqlite3.SQLITE_OPEN_WAL != 0 {
		methods := &at[sqlite3.Tsqlite3_file](file).FpMethods
		setMethods.Do(func() { replaceMethods(*at[sqlite3.Tsqlite3_io_methods](*methods)) })
		*methods = uintptr(unsafe.Pointer(&logMethods))
	}
	return code
}

func replaceMethods(of sqlite3.Tsqlite3_io_methods) {
	system.close = called[func(tls *libc.TLS, file uintptr) int32](of.FxClose)
	system.read = called[func(tls *libc.TLS, file, to uintptr, n int32, place int64) int32](of.FxRead)
	system.write = called[func(tls *libc.TLS, file, from uintptr, n int32, place int64) int32](of.FxWrite)
	system.truncate = called[func(tls *libc.TLS, file uintptr, size int64) int32](of.FxTruncate)
	system.sync = called[func(tls *libc.TLS, file uintptr, flags int32) int32](of.FxSync)
	system.size = called[func(tls *libc.TLS, file, to uintptr) int32](of.FxFileSize)
	logMethods = of
	logMethods.FxClose, logMethods.FxRead, logMethods.FxWrite = pointer(closeLog), pointer(readLog), pointer(writeLog)
	logMethods.FxTruncate, logMethods.FxSync, logMethods.FxFileSize = pointer(truncateLog), pointer(syncLog), pointer(sizeOfLog)
}

func writeLog(tls *libc.TLS, file, from uintptr, n int32, place int64) int32 {
	g := gatheringOf(file)
	if g == nil {
		g = &gathering{}
		gathered.Store(file, g)
	}
	if len(g.bytes) > 0 && (place != g.place+int64(len(g.bytes)) || len(g.bytes)+int(n) > gatheredMost) {
		if code := g.flush(tls, file); code != sqlite3.SQLITE_OK {
			return code
		}
	}
	if len(g.bytes) == 0 {
		g.place = place
	}
	data := unsafe.Slice(at[byte](from), n)
	g.bytes = append(g.bytes, data...)
	switch {
	case n == frameHeader: // its second word is the size of the database in a commit's last frame, else 0
		g.commit = binary.BigEndian.Uint32(data[4:]) != 0
	case g.commit:
		return g.flush(tls, file)
	}
	return sqlite3.SQLITE_OK
}

// flush writes what was gathered. What could not be written is given up, as SQLite gives the
// commit up that it belongs to.
func (g *gathering) flush(tls *libc.TLS, file uintptr) int32 {
	code, place := int32(sqlite3.SQLITE_OK), g.place
	for piece := range slices.Chunk(g.bytes, writtenMost) {
		if code = system.write(tls, file, uintptr(unsafe.Pointer(&piece[0])), int32(len(piece)), place); code != sqlite3.SQLITE_OK {
			break
		}
		place += int64(len(piece))
	}
	runtime.KeepAlive(g.bytes)
	g.bytes, g.commit = g.bytes[:0], false
	return code
}

func flushLog(tls *libc.TLS, file uintptr) int32 {
	if g := gatheringOf(file); g != nil {
		return g.flush(tls, file)
	}
	return sqlite3.SQLITE_OK
}

func gatheringOf(file uintptr) *gathering {
	g, _ := gathered.Load(file)
	if g == nil {
		return nil
	}
	return g.(*gathering)
}

func closeLog(tls *libc.TLS, file uintptr) int32 {
	code := flushLog(tls, file)
	gathered.Delete(file)
	if closed := system.close(tls, file); code == sqlite3.SQLITE_OK {
		code = closed
	}
	return code
}

func readLog(tls *libc.TLS, file, to uintptr, n int32, place int64) int32 {
	if code := flushLog(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return system.read(tls, file, to, n, place)
}

// truncateLog also lets the memory go: the server rests.
func truncateLog(tls *libc.TLS, file uintptr, size int64) int32 {
	if code := flushLog(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	gathered.Delete(file)
	return system.truncate(tls, file, size)
}

func syncLog(tls *libc.TLS, file uintptr, flags int32) int32 {
	if code := flushLog(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return system.sync(tls, file, flags)
}

func sizeOfLog(tls *libc.TLS, file, to uintptr) int32 {
	if code := flushLog(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return system.size(tls, file, to)
}

// pointer is a function that closes over nothing as the driver hands it to SQLite, and
// called such a one as a function.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

func called[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{pointer})) }

// at is what stands at an address that SQLite gave.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }
