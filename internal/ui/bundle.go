package ui

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// placeholder is what the reference's bundles have where their base belongs.
var placeholder = []byte("/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER")

// texts are the files in which a bundle's base may have to be written.
var texts = map[string]bool{".txt": true, ".html": true, ".css": true, ".js": true, ".json": true}

// types are the content types that a machine's own table may lack or have wrong.
var types = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2",
	".webmanifest": "application/manifest+json", ".ico": "image/x-icon", ".map": "application/json"}

// bundle is one user interface's files.
type bundle struct {
	version string
	folder  string
	base    string
	root    *os.Root

	mu   sync.Mutex // held while a file is made, so that there is one of each
	made map[string]*made
}

// made is a file as it is sent, where that is not as it lies in the folder. All
// requests share it.
type made struct {
	modified time.Time // of the file in the folder
	size     int64     // likewise
	content  []byte    // nil when the file in the folder is sent as it lies there
}

func newBundle(version, folder, base string) *bundle {
	b := &bundle{version: version, folder: folder, base: base, made: map[string]*made{}}
	// A folder that cannot be opened serves nothing: every request is not found.
	b.root, _ = os.OpenRoot(folder)
	return b
}

// serve answers with a file, or, when a page is opened that is no file, with
// index.html: the bundle finds its pages itself.
func (b *bundle) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == b.base && b.base != "/" {
		w.Header().Set("Location", b.base+"/"+query(r))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	name := strings.Trim(path.Clean("/"+strings.TrimPrefix(r.URL.Path, b.base)), "/")
	if name == "" {
		name = "index.html"
	}
	f, ok := b.open(name)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if ok {
			f.close()
			w.Header().Set("Allow", "GET, HEAD")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusMethodNotAllowed)
			_, _ = w.Write([]byte(`{"detail":"Method Not Allowed"}`))
			return
		}
		notFound(w)
		return
	}
	if !ok {
		if !isNavigation(r) {
			notFound(w)
			return
		}
		name = "index.html"
		if f, ok = b.open(name); !ok {
			notFound(w)
			return
		}
	}
	defer f.close()
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Etag", fmt.Sprintf(`"%s-%x-%x"`, b.version, f.modified.UnixNano(), f.size))
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // their names change with their content
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, name, f.modified, f)
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// file is a file of a bundle as one request sends it.
type file struct {
	io.ReadSeeker
	modified time.Time
	size     int64
	opened   *os.File // nil when it is in memory
}

func (f *file) close() {
	if f.opened != nil {
		_ = f.opened.Close() // it was only read
	}
}

// open returns a file with the bundle's base written in. A file may be there under
// its name with .gz instead.
func (b *bundle) open(name string) (*file, bool) {
	if b.root == nil {
		return nil, false
	}
	opened, info, err := b.find(name)
	packed := false
	if errors.Is(err, fs.ErrNotExist) {
		opened, info, err = b.find(name + ".gz")
		packed = true
	}
	if err != nil {
		return nil, false
	}
	if !packed && !texts[path.Ext(name)] {
		return &file{opened, info.ModTime(), info.Size(), opened}, true
	}
	content, err := b.make(name, opened, info, packed)
	if err == nil && content == nil {
		if _, err = opened.Seek(0, io.SeekStart); err == nil {
			return &file{opened, info.ModTime(), info.Size(), opened}, true
		}
	}
	_ = opened.Close()
	if err != nil {
		return nil, false
	}
	return &file{bytes.NewReader(content), info.ModTime(), int64(len(content)), nil}, true
}

// find opens a regular file of the folder.
func (b *bundle) find(name string) (*os.File, fs.FileInfo, error) {
	info, err := b.root.Stat(filepath.FromSlash(name)) // opening what is no file may take for ever
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", name)
	}
	if err != nil {
		return nil, nil, err
	}
	opened, err := b.root.Open(filepath.FromSlash(name))
	return opened, info, err
}

// make returns a file's content as it is sent, nil when that is as it lies in the
// folder. It is made when it is first needed, and again when the file is another.
func (b *bundle) make(name string, from *os.File, info fs.FileInfo, packed bool) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have := b.made[name]; have != nil && have.modified.Equal(info.ModTime()) && have.size == info.Size() {
		return have.content, nil
	}
	content, err := io.ReadAll(from)
	if err == nil && packed {
		content, err = inflate(content)
	}
	if err != nil {
		return nil, err
	}
	if texts[path.Ext(name)] && bytes.Contains(content, placeholder) {
		content = bytes.ReplaceAll(content, placeholder, []byte(strings.TrimSuffix(b.base, "/")))
	} else if !packed {
		content = nil
	}
	b.made[name] = &made{info.ModTime(), info.Size(), content}
	return content, nil
}

// inflate reads a file that an image keeps small.
func inflate(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func contentType(name string) string {
	extension := path.Ext(name)
	if t := types[extension]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(extension); t != "" {
		return t
	}
	return "application/octet-stream"
}
