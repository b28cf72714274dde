// Package ui holds the browser's user interface as it was built: the files of
// ui/dist, packed with gzip where that pays. Without Node there are none, and the
// program is whole without them: internal/ui then shows dist-missing.html, which
// says how to build them.
package ui

import (
	"embed"
	"io/fs"
)

// files are dist-missing.html and, once it was built, the folder dist: a pattern
// has to match something.
//
//go:embed all:dist*
var files embed.FS

// Missing is the page that is shown in place of an interface that was not built.
func Missing() []byte {
	page, err := files.ReadFile("dist-missing.html")
	if err != nil {
		panic(err) // it is in the program
	}
	return page
}

// Dist is the interface as it was built; false when it was not.
func Dist() (fs.FS, bool) {
	if _, err := fs.Stat(files, "dist/index.html"); err != nil {
		return nil, false
	}
	dist, err := fs.Sub(files, "dist")
	return dist, err == nil
}
