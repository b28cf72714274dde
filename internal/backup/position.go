package backup

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// position is how far a database was copied when it was closed in order. It is
// kept beside the database, and holds only for the very file that it describes.
type position struct {
	URL        string    `json:"url"`
	Generation string    `json:"generation"`
	Number     int       `json:"number"` // of the last piece, a point
	Time       time.Time `json:"time"`   // of that point
	First      int64     `json:"first_bytes"`
	More       int64     `json:"more_bytes"`

	Size    int64 `json:"size"`
	ModTime int64 `json:"modified_ns"`
}

func positionPath(database string) string { return database + ".shipped" }

// readPosition returns the position when the database is as it was then.
func readPosition(database, url string) (p position, ok bool) {
	text, err := os.ReadFile(positionPath(database))
	if err != nil || json.Unmarshal(text, &p) != nil || p.URL != url || p.Generation == "" {
		return position{}, false
	}
	if log, err := os.Stat(database + "-wal"); err == nil && log.Size() > 0 {
		return position{}, false
	}
	info, err := os.Stat(database)
	if err != nil || info.Size() != p.Size || info.ModTime().UnixNano() != p.ModTime {
		return position{}, false
	}
	return p, true
}

// writePosition notes how far the database, which is closed, was copied.
func writePosition(database string, p position) error {
	info, err := os.Stat(database)
	if err != nil {
		return err
	}
	p.Size, p.ModTime = info.Size(), info.ModTime().UnixNano()
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	part := positionPath(database) + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, positionPath(database))
}

// removePosition forgets it.
func removePosition(database string) error {
	err := os.Remove(positionPath(database))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
