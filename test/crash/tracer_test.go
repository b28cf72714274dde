//go:build crash && amd64

package crash

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// call is one system call of a traced program on a file below its folder,
// stopped before it is done.
type call struct {
	k    int    // the how manieth of the program, from 1
	name string // as in the manual, "pwrite64"
	path string
}

// verdict is what becomes of a call; the zero one lets it happen.
type verdict struct {
	errno syscall.Errno // it is not done and fails with this
	kill  bool          // the program dies before it is done
}

// tracer runs a program under ptrace, as strace does, but counts the calls of
// all threads together and lets a test decide about each.
type tracer struct {
	folder string             // calls on files below it are looked at
	judge  func(call) verdict // nil lets all happen
	disk   *disk              // told of all that happens; may be nil

	pid     int
	ended   chan struct{}
	status  unix.WaitStatus // after ended
	calls   []call          // after ended
	threads map[int]*thread
}

// thread is a thread of the program and the call that it is in.
type thread struct {
	call    *call
	verdict verdict
	effect  op
}

// run starts the program; a goroutine with a thread of its own follows it.
func (tr *tracer) run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	tr.ended, tr.threads = make(chan struct{}), map[int]*thread{}
	command.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel knows the tracer by its thread, which ends with this goroutine
		if err := command.Start(); err != nil {
			started <- err
			return
		}
		tr.pid = command.Process.Pid
		var status unix.WaitStatus
		_, err := unix.Wait4(tr.pid, &status, unix.WALL, nil) // it stops at its exec
		if err == nil {
			err = unix.PtraceSetOptions(tr.pid, unix.PTRACE_O_TRACESYSGOOD|unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL)
		}
		tr.threads[tr.pid] = &thread{}
		if err == nil {
			err = unix.PtraceSyscall(tr.pid, 0)
		}
		started <- err
		tr.follow()
		close(tr.ended)
	}()
	if err := <-started; err != nil {
		t.Fatalf("trace %s: %v", command.Path, err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		tr.wait()
	})
}

// wait waits for the end of the program.
func (tr *tracer) wait() { <-tr.ended }

// gone reports whether the program has ended.
func (tr *tracer) gone() bool {
	select {
	case <-tr.ended:
		return true
	default:
		return false
	}
}

func (tr *tracer) follow() {
	for len(tr.threads) > 0 { // the operating system's thread may have other children
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return // no thread is left
		}
		if status.Exited() || status.Signaled() {
			delete(tr.threads, pid)
			if pid == tr.pid {
				tr.status = status
			}
			continue
		}
		at, known := tr.threads[pid]
		if !known {
			at = &thread{}
			tr.threads[pid] = at
		}
		deliver := 0
		switch signal := status.StopSignal(); {
		case signal == unix.SIGTRAP|0x80:
			tr.stopped(pid, at)
		case signal == unix.SIGTRAP, signal == unix.SIGSTOP && !known: // ptrace's own
		default:
			deliver = int(signal)
		}
		_ = unix.PtraceSyscall(pid, deliver) // fails when it was killed meanwhile, which Wait4 tells
	}
}

// info is the kernel's struct ptrace_syscall_info.
type info struct {
	op          uint8
	_           [3]uint8
	arch        uint32
	ip, sp      uint64
	number      uint64 // at exit the result
	args        [6]uint64
	unused, pad uint64
}

// stopped handles a thread at the entry or the exit of a call.
func (tr *tracer) stopped(pid int, at *thread) {
	var in info
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, 0x420e /* PTRACE_GET_SYSCALL_INFO */, uintptr(pid), unsafe.Sizeof(in), uintptr(unsafe.Pointer(&in)), 0, 0)
	if errno != 0 {
		return // killed
	}
	switch in.op {
	case 1:
		tr.enter(pid, at, &in)
	case 2:
		tr.leave(pid, at, int64(in.number))
	}
}

func (tr *tracer) enter(pid int, at *thread, in *info) {
	at.call = nil
	name, effect := tr.read(pid, in)
	if name == "" || !strings.HasPrefix(effect.path+"/", tr.folder+"/") {
		return
	}
	c := call{len(tr.calls) + 1, name, effect.path}
	tr.calls = append(tr.calls, c)
	at.call, at.effect, at.verdict = &c, effect, verdict{}
	if tr.judge != nil {
		at.verdict = tr.judge(c)
	}
	switch {
	case at.verdict.kill:
		_ = unix.Kill(tr.pid, unix.SIGKILL)
	case at.verdict.errno != 0:
		setNumber(pid, ^uint64(0)) // no call: nothing is done
	case tr.disk != nil:
		at.effect.from = tr.disk.position()
	}
}

func (tr *tracer) leave(pid int, at *thread, result int64) {
	if at.call == nil {
		return
	}
	if at.verdict.errno != 0 {
		setResult(pid, -int64(at.verdict.errno))
		result = -int64(at.verdict.errno)
	}
	if tr.disk == nil {
		return
	}
	e := at.effect
	switch {
	case result < 0 && e.kind != opSync:
		return
	case e.kind == opWrite:
		e.data = e.data[:result]
	case e.kind == opSync:
		e.failed = result < 0
	}
	tr.disk.did(e)
}

// read returns a call's name and what it would do; "" when it is of no interest.
func (tr *tracer) read(pid int, in *info) (string, op) {
	a := in.args
	onFile := func(k opKind) op { return op{kind: k, path: target(pid, a[0])} }
	switch in.number {
	case unix.SYS_OPENAT:
		k := opOpen
		if a[2]&unix.O_CREAT != 0 {
			k = opCreate
		}
		return "openat", op{kind: k, path: text(pid, a[1])}
	case unix.SYS_PREAD64:
		return "pread64", onFile(opOpen)
	case unix.SYS_PWRITE64:
		e := onFile(opWrite)
		if strings.HasPrefix(e.path, tr.folder) {
			e.offset, e.data = int64(a[3]), memory(pid, a[1], int(a[2]))
		}
		return "pwrite64", e
	case unix.SYS_FSYNC:
		return "fsync", onFile(opSync)
	case unix.SYS_FDATASYNC:
		return "fdatasync", onFile(opSync)
	case unix.SYS_FTRUNCATE:
		e := onFile(opTruncate)
		e.offset = int64(a[1])
		return "ftruncate", e
	case unix.SYS_FALLOCATE:
		return "fallocate", onFile(opOpen)
	case unix.SYS_RENAMEAT:
		return "renameat", op{kind: opRename, path: text(pid, a[1]), to: text(pid, a[3])}
	case unix.SYS_UNLINKAT:
		return "unlinkat", op{kind: opUnlink, path: text(pid, a[1])}
	case unix.SYS_MKDIRAT:
		return "mkdirat", op{kind: opOpen, path: text(pid, a[1])}
	case unix.SYS_OPEN:
		k := opOpen
		if a[1]&unix.O_CREAT != 0 {
			k = opCreate
		}
		return "open", op{kind: k, path: text(pid, a[0])}
	case unix.SYS_UNLINK:
		return "unlink", op{kind: opUnlink, path: text(pid, a[0])}
	case unix.SYS_RENAME:
		return "rename", op{kind: opRename, path: text(pid, a[0]), to: text(pid, a[1])}
	case unix.SYS_MKDIR:
		return "mkdir", op{kind: opOpen, path: text(pid, a[0])}
	}
	return "", op{}
}

// target is the path of an open file.
func target(pid int, fd uint64) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(fd)))
	return path
}

// memory copies bytes of a stopped thread.
func memory(pid int, address uint64, n int) []byte {
	data := make([]byte, n)
	if n == 0 {
		return data
	}
	local := []unix.Iovec{{Base: &data[0], Len: uint64(n)}}
	got, _ := unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: uintptr(address), Len: n}}, 0)
	return data[:max(got, 0)]
}

// text copies a string that ends with a zero byte, which may be the last of its page.
func text(pid int, address uint64) string {
	var all []byte
	for len(all) < 1<<16 {
		n := 256 - int(address%256)
		part := memory(pid, address, n)
		if end := bytes.IndexByte(part, 0); end >= 0 {
			return string(append(all, part[:end]...))
		}
		if len(part) < n {
			return ""
		}
		all, address = append(all, part...), address+uint64(n)
	}
	return ""
}

// setNumber changes the call that a thread is about to do.
func setNumber(pid int, number uint64) {
	change(pid, func(r *unix.PtraceRegs) { r.Orig_rax = number })
}

// setResult changes what a thread is told of the call it has done.
func setResult(pid int, result int64) {
	change(pid, func(r *unix.PtraceRegs) { r.Rax = uint64(result) })
}

func change(pid int, fn func(*unix.PtraceRegs)) {
	var r unix.PtraceRegs
	if unix.PtraceGetRegs(pid, &r) == nil {
		fn(&r)
		_ = unix.PtraceSetRegs(pid, &r)
	}
}
