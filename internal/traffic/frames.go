package traffic

import (
	"context"
	"errors"
	"io"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/budget"
)

// ReadFrame reads a message, for which the claim holds memory as it comes. What
// the claim held before is given back, as the message before is over.
//
// Without memory the error is a fault; the websocket should be closed with 1013
// ("try again later").
func ReadFrame(ctx context.Context, c *websocket.Conn, claim *budget.Claim) (websocket.MessageType, []byte, error) {
	claim.Close()
	kind, from, err := c.Reader(ctx)
	if err != nil {
		return kind, nil, err
	}
	data, err := ReadAll(ctx, from, claim)
	return kind, data, err
}

// ReadAll reads to the end, and has the claim hold as much memory as has come,
// beside what it holds already: who sends slowly holds no more than that.
func ReadAll(ctx context.Context, from io.Reader, claim *budget.Claim) ([]byte, error) {
	before := claim.Held()
	var data []byte
	for size := firstPiece; ; size = nextPiece(size) {
		if err := claim.Take(ctx, int64(size)); err != nil {
			return nil, err
		}
		data = append(make([]byte, 0, size), data...)
		claim.Keep(before + int64(size))
		for len(data) < cap(data) {
			n, err := from.Read(data[len(data):cap(data)])
			data = data[:len(data)+n]
			if errors.Is(err, io.EOF) {
				return data, nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

// nextPiece grows fast at first, so that little is copied.
func nextPiece(size int) int {
	if size < 1<<20 {
		return 16 * size
	}
	return 2 * size
}

// firstPiece is how much is read of a message at first, in bytes.
const firstPiece = 4 << 10
