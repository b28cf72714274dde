package metrics

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Files are the sizes of a database, in bytes.
type Files struct {
	Database int64 `json:"database_bytes"`
	Log      int64 `json:"log_bytes"` // what is not yet written back
	Free     int64 `json:"volume_free_bytes"`
	Volume   int64 `json:"volume_bytes"`
}

// What is left of a volume when it is time to do something: room, and a share of it.
const (
	littleFree  = 256 << 20
	littleShare = 0.1
)

// NearlyFull reports whether there is so little room on a volume that it is time to do
// something. Sizes are bytes; one of a size that is not known is not full.
func NearlyFull(free, size int64) bool {
	return size > 0 && free < littleFree && float64(free) < littleShare*float64(size)
}

// MeasureFiles looks at the files of a database; what cannot be seen is 0.
func MeasureFiles(database string) Files {
	var f Files
	if database == "" {
		return f
	}
	f.Database, f.Log = size(database), size(database+"-wal")
	var volume unix.Statfs_t
	if unix.Statfs(filepath.Dir(database), &volume) == nil {
		f.Free = int64(volume.Bavail) * int64(volume.Bsize)
		f.Volume = int64(volume.Blocks) * int64(volume.Bsize)
	}
	return f
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// resident is the memory that this process holds, in bytes; 0 when not known.
func resident() int64 {
	stat, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(stat)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
