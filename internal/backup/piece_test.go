package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A piece of which any byte has changed, or the end is missing, is no piece.
func TestDamagedPiecesAreRefused(t *testing.T) {
	w, err := newPiece(pieceHeader{PageSize: 512, Pages: 2, Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	for number := range uint32(2) {
		if err := w.page(number+1, bytes.Repeat([]byte{byte(number), 7, 99}, 171)[:512]); err != nil {
			t.Fatal(err)
		}
	}
	piece, err := w.close()
	if err != nil {
		t.Fatal(err)
	}
	apply := func(piece []byte) error {
		f, err := os.Create(filepath.Join(t.TempDir(), "copy"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		_, err = applyPiece(bytes.NewReader(piece), f)
		return err
	}
	if err := apply(piece); err != nil {
		t.Fatal(err)
	}
	const mere = 10 // of the header of gzip: what says when and where a piece was made
	for i := mere; i < len(piece); i++ {
		changed := bytes.Clone(piece)
		changed[i] ^= 1
		if apply(changed) == nil {
			t.Errorf("byte %d of %d has changed, and the piece is taken", i, len(piece))
		}
		if err := apply(piece[:i]); !errors.Is(err, errPiece) {
			t.Errorf("the piece ends after %d of %d bytes: %v", i, len(piece), err)
		}
	}
}
