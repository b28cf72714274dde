//go:build crash && amd64

package crash

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

type opKind int

const (
	opOpen opKind = iota // changes nothing
	opCreate
	opWrite
	opTruncate
	opSync
	opRename
	opUnlink
)

// op is a file operation that a program has done.
type op struct {
	kind   opKind
	path   string
	to     string // of a rename
	offset int64  // of a write; the new size of a truncate
	data   []byte
	from   int   // of a sync: the operations before this one were done when it began
	failed bool  // of a sync: what was to be written by it is never
	file   *file // of a name's creation
}

// disk is the history of a folder: every operation on its files, in the order
// in which they were done. Several programs may write it.
type disk struct {
	folder string
	files  map[string][]byte // what was there before, by their names in the folder
	mu     sync.Mutex
	ops    []op
}

func (d *disk) position() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.ops)
}

// synced reports whether a file was synced, or that failed, from a point on.
func (d *disk) synced(name string, from int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.ops[from:], func(o op) bool { return o.kind == opSync && filepath.Base(o.path) == name })
}

// did notes an operation. Locks and the shared memory of the write-ahead log
// mean nothing after a crash.
func (d *disk) did(o op) {
	if o.kind == opOpen || strings.HasSuffix(o.path, "-shm") || strings.HasSuffix(o.path, ".lock") || strings.HasSuffix(o.path, ".reserve") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ops = append(d.ops, o)
}

// sectorSize is what a disk writes whole or not at all.
const sectorSize = 512

// file is a file by itself, whatever its names: what is on disk for certain,
// and what was done to it since, with the place of each in the history.
type file struct {
	content []byte
	pending []op
	began   []int
}

// platter is the state of the disk at one point of the history.
type platter struct {
	folder  string
	live    map[string]*file // by the names that programs see
	durable map[string]*file // by the names that are on disk for certain
	names   []op             // done to names since their folder was synced
}

// replay calls each before every operation with the state of the disk then, and
// once after the last.
func (d *disk) replay(each func(i int, next op, p *platter)) {
	p := &platter{folder: d.folder, live: map[string]*file{}, durable: map[string]*file{}}
	for name, content := range d.files {
		f := &file{content: slices.Clone(content)}
		p.live[filepath.Join(d.folder, name)], p.durable[filepath.Join(d.folder, name)] = f, f
	}
	for i, o := range d.ops {
		each(i, o, p)
		p.apply(i, o)
	}
	each(len(d.ops), op{}, p)
}

func (p *platter) apply(i int, o op) {
	f := p.live[o.path]
	switch {
	case o.kind == opCreate || o.kind == opRename || o.kind == opUnlink:
		rename(p.live, o)
		p.names = append(p.names, op{kind: o.kind, path: o.path, to: o.to, file: p.live[o.path]})
	case o.kind == opSync && f == nil:
		p.syncNames(o)
	case f == nil: // a file that has lost its name
	case o.kind == opSync:
		n := 0
		for ; n < len(f.pending) && f.began[n] < o.from; n++ {
			if !o.failed {
				f.content = write(f.content, f.pending[n])
			}
		}
		f.pending, f.began = f.pending[n:], f.began[n:]
	default:
		f.pending, f.began = append(f.pending, o), append(f.began, i)
	}
}

// syncNames makes durable what was done to the names of a folder.
func (p *platter) syncNames(o op) {
	if o.failed {
		return
	}
	p.names = slices.DeleteFunc(p.names, func(done op) bool {
		here := filepath.Dir(done.path) == o.path
		if here {
			rename(p.durable, done)
		}
		return here
	})
}

// rename does what an operation does to names.
func rename(names map[string]*file, o op) {
	switch o.kind {
	case opCreate:
		if names[o.path] == nil {
			if o.file == nil {
				o.file = &file{}
			}
			names[o.path] = o.file
		}
	case opRename:
		names[o.to] = names[o.path]
		delete(names, o.path)
	case opUnlink:
		delete(names, o.path)
	}
}

// write does a write or a truncation to content.
func write(content []byte, o op) []byte {
	if o.kind == opTruncate {
		return append(content[:min(o.offset, int64(len(content)))], make([]byte, max(0, o.offset-int64(len(content))))...)
	}
	if end := o.offset + int64(len(o.data)); end > int64(len(content)) {
		content = append(content, make([]byte, end-int64(len(content)))...)
	}
	copy(content[o.offset:], o.data)
	return content
}

// fate is what a power loss does to what was not synced.
type fate int

const (
	lost fate = iota // none of it is on disk
	kept             // all of it is, as after a kill
	torn             // some sectors are, whatever the order they were written in
)

// String says what happens to it.
func (f fate) String() string { return [...]string{"lost", "kept", "torn"}[f] }

// save writes the state of the disk after a power loss into an empty folder.
func (p *platter) save(folder string, happens fate, random *rand.Rand) error {
	names := maps.Clone(p.durable)
	reached := len(p.names)
	switch happens {
	case lost:
		reached = 0
	case torn:
		reached = random.IntN(reached + 1) // journals of file systems keep the order
	}
	for _, o := range p.names[:reached] {
		rename(names, o)
	}
	for path, f := range names {
		relative, err := filepath.Rel(p.folder, path)
		if err != nil {
			return err
		}
		path = filepath.Join(folder, relative)
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, f.after(happens, random), 0o600))
		if err != nil {
			return err
		}
	}
	return nil
}

// after is a file's content after a power loss.
func (f *file) after(happens fate, random *rand.Rand) []byte {
	if happens == lost || len(f.pending) == 0 {
		return f.content
	}
	content := slices.Clone(f.content)
	for _, o := range f.pending {
		if happens == kept || o.kind == opTruncate && random.IntN(2) == 0 {
			content = write(content, o)
			continue
		}
		for n := 0; n < len(o.data); n += sectorSize {
			if random.IntN(2) == 0 {
				content = write(content, op{kind: opWrite, offset: o.offset + int64(n), data: o.data[n:min(n+sectorSize, len(o.data))]})
			}
		}
	}
	return content
}
