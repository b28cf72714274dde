package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// pieceHeader is the first line of a piece; its pages follow, each with its
// number, then the end of gzip with a checksum of all.
type pieceHeader struct {
	Format   int  `json:"reeve_backup"`
	PageSize int  `json:"page_size"`
	Pages    int  `json:"pages"` // of the whole database
	Count    int  `json:"count"` // of this piece
	Schema   int  `json:"schema"`
	Point    bool `json:"point"`
}

const (
	pieceFormat = 1
	// mostPage is the largest page of SQLite.
	mostPage = 65536
)

// pieceWriter makes a piece in memory.
type pieceWriter struct {
	body bytes.Buffer
	gz   *gzip.Writer
}

var compressors = sync.Pool{New: func() any {
	gz, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level exists
	return gz
}}

func newPiece(h pieceHeader) (*pieceWriter, error) {
	h.Format = pieceFormat
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	w := &pieceWriter{gz: compressors.Get().(*gzip.Writer)}
	w.gz.Reset(&w.body)
	_, err = w.gz.Write(append(line, '\n'))
	return w, err
}

func (w *pieceWriter) page(number uint32, data []byte) error {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], number)
	if _, err := w.gz.Write(n[:]); err != nil {
		return err
	}
	_, err := w.gz.Write(data)
	return err
}

func (w *pieceWriter) close() ([]byte, error) {
	err := w.gz.Close()
	compressors.Put(w.gz)
	return w.body.Bytes(), err
}

var errPiece = errors.New("the piece is damaged")

// applyPiece writes the pages of a piece into a copy. An error leaves some of
// them written.
func applyPiece(piece io.Reader, to *os.File) (h pieceHeader, err error) {
	gz, err := gzip.NewReader(piece)
	if err != nil {
		return h, fmt.Errorf("%w: %w", errPiece, err)
	}
	in := bufio.NewReader(gz)
	line, err := in.ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &h)
	}
	if err != nil {
		return h, fmt.Errorf("%w: %w", errPiece, err)
	}
	if h.Format != pieceFormat {
		return h, fmt.Errorf("the piece has format %d, this program reads %d", h.Format, pieceFormat)
	}
	if h.PageSize < 512 || h.PageSize > mostPage || h.Count < 0 || h.Pages < h.Count {
		return h, errPiece
	}
	data := make([]byte, 4+h.PageSize)
	for range h.Count {
		if _, err := io.ReadFull(in, data); err != nil {
			return h, fmt.Errorf("%w: %w", errPiece, err)
		}
		number := binary.BigEndian.Uint32(data)
		if number == 0 || number > uint32(h.Pages) {
			return h, errPiece
		}
		if _, err := to.WriteAt(data[4:], int64(number-1)*int64(h.PageSize)); err != nil {
			return h, err
		}
	}
	// The end is where gzip compares its checksum.
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		return h, fmt.Errorf("%w: %w", errPiece, err)
	}
	return h, nil
}
