package traffic

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// A path such as /flows/name/my%flow has a percent sign that begins no escape.
// The contract's server takes it for itself; net/http refuses the request before
// any handler sees it, with a text of its own. Here the refusal is caught on its
// way out: the head of the request, which was kept as it came in, is mended, read
// again, and answered by the handler.

// refused is what net/http writes, in one piece, for a request that it cannot
// read. Answers of handlers have more headers.
const refused = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"

// mostHead is how much of a request's beginning is kept.
const mostHead = 16 << 10

// againTime bounds the reading of a request that is read again.
const againTime = 30 * time.Second

// heads keeps the beginning of the last request that was read from a connection.
// Where one begins is told by its form; bodies of the same form do no harm, since
// what is kept is used only for a request that was refused.
type heads struct {
	kept []byte
	// single: the last byte of kept was read alone, as net/http does to look for a
	// request while a handler works. It may be the first of the next.
	single bool
	off    bool // the connection is a websocket's
}

// read notes what was read.
func (h *heads) read(p []byte) {
	if h.off || len(p) == 0 {
		return
	}
	if len(p) == 1 {
		h.keep(p)
		h.single = true
		return
	}
	if n := len(h.kept); h.single && begins(append(h.kept[n-1:n:n], p...)) {
		h.kept = append(h.kept[:0], h.kept[n-1])
	} else if begins(p) {
		h.kept = h.kept[:0]
	}
	h.single = false
	h.keep(p)
}

func (h *heads) keep(p []byte) {
	h.kept = append(h.kept, p[:min(mostHead-min(mostHead, len(h.kept)), len(p))]...)
}

// begins reports whether a request may begin with text: a method and a path.
func begins(text []byte) bool {
	for i, c := range text {
		if c == ' ' {
			return i > 0 && i+1 < len(text) && text[i+1] == '/'
		}
		if !isMethod(c) {
			return false
		}
	}
	return false
}

func isMethod(c byte) bool { return c >= 'A' && c <= 'Z' }

// answerRefused answers a request in place of net/http's refusal; false when p is
// no such refusal, or cannot be mended.
func (c *conn) answerRefused(p []byte) bool {
	if len(p) != len(refused) || string(p) != refused || c.guard.handler == nil {
		return false
	}
	head, ok := mend(c.head.kept)
	if !ok {
		return false
	}
	// The library still holds the request's first reading, and reads no more.
	_ = c.Conn.SetReadDeadline(soon(againTime))
	in := io.MultiReader(bytes.NewReader(head), io.LimitReader(c.Conn, 32<<20))
	r, err := http.ReadRequest(bufio.NewReader(in))
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), againTime)
	defer cancel()
	r = r.WithContext(ctx)
	r.RemoteAddr = c.RemoteAddr().String()
	w := &answer{header: http.Header{}}
	if !w.serve(c.guard.handler, r) {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body) // or the client would see the connection break
	_ = w.response(r).Write(c)
	return true
}

// mend writes %25 for each percent sign in the path of a request's first line
// that begins no escape; false when there is none.
func mend(head []byte) (mended []byte, ok bool) {
	line, rest, found := bytes.Cut(head, []byte("\n"))
	start := bytes.IndexByte(line, ' ')
	end := bytes.LastIndexByte(line, ' ')
	if !found || start < 0 || end <= start {
		return nil, false
	}
	path := line[start:end]
	query := []byte(nil)
	if i := bytes.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	mended = append(mended, line[:start]...)
	for i, c := range path {
		mended = append(mended, c)
		if c == '%' && (i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2])) {
			mended = append(mended, "25"...)
			ok = true
		}
	}
	mended = append(append(mended, query...), line[end:]...)
	return append(append(mended, '\n'), rest...), ok
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// answer keeps a handler's answer until it is whole.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// serve runs the handler; false when it gave up.
func (w *answer) serve(h http.Handler, r *http.Request) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			ok = false
		}
	}()
	h.ServeHTTP(w, r)
	return true
}

// Header implements http.ResponseWriter.
func (w *answer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *answer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *answer) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{StatusCode: w.status, ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: w.header,
		ContentLength: int64(w.body.Len()), Body: io.NopCloser(&w.body), Close: true}
}
