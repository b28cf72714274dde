// Package collections holds the views of the reference's registry of
// collections that clients and user interfaces ask a server for. They ship with
// the program: nothing is fetched.
package collections

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

//go:embed worker-metadata.json.gz
var workerMetadata []byte

// known are the views of the registry, nil for those whose content does not ship.
var known = map[string][]byte{
	"aggregate-worker-metadata": workerMetadata,
	"aggregate-block-metadata":  nil,
	"aggregate-flow-metadata":   nil,
	"demo-flows":                nil,
}

// View returns a view as JSON text. exists reports whether the registry has a view
// of that name; its content is nil when it does not ship with the program.
func View(name string) (content []byte, exists bool, err error) {
	packed, exists := known[name]
	if packed == nil {
		return nil, exists, nil
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, true, fmt.Errorf("read view %s: %w", name, err)
	}
	content, err = io.ReadAll(unpacked)
	if err != nil {
		return nil, true, fmt.Errorf("read view %s: %w", name, err)
	}
	return content, true, nil
}
