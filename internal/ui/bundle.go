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
}

func newBundle(version, folder, base string) *bundle {
	b := &bundle{version: version, folder: folder, base: base}
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
	content, modified, ok := b.read(name)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if ok {
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
		if content, modified, ok = b.read(name); !ok {
			notFound(w)
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Etag", fmt.Sprintf(`"%s-%x-%x"`, b.version, modified.UnixNano(), len(content)))
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // their names change with their content
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, name, modified, bytes.NewReader(content))
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// read gives a file's content with the bundle's base written in. A file may be
// there under its name with .gz instead.
func (b *bundle) read(name string) (content []byte, modified time.Time, ok bool) {
	if b.root == nil {
		return nil, modified, false
	}
	content, modified, err := b.file(name)
	if errors.Is(err, fs.ErrNotExist) {
		content, modified, err = b.file(name + ".gz")
		if err == nil {
			content, err = inflate(content)
		}
	}
	if err != nil {
		return nil, modified, false
	}
	if texts[path.Ext(name)] {
		content = bytes.ReplaceAll(content, placeholder, []byte(strings.TrimSuffix(b.base, "/")))
	}
	return content, modified, true
}

func (b *bundle) file(name string) (content []byte, modified time.Time, err error) {
	info, err := b.root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, modified, err
	}
	if !info.Mode().IsRegular() {
		return nil, modified, fmt.Errorf("%s is no file", name)
	}
	content, err = b.root.ReadFile(filepath.FromSlash(name))
	return content, info.ModTime(), err
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
