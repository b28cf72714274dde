package mask

import (
	"io"
	"log/slog"
)

// NewHandler is a log in slog's text form to which no secret gets, be it in the
// message, the name or the value of an attribute, or an error: each line is
// masked as it is written.
func NewHandler(to io.Writer, o *slog.HandlerOptions, m *Masker) slog.Handler {
	return slog.NewTextHandler(m.Writer(to), o)
}
