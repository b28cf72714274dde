package jinja

import (
	"bytes"
	"encoding/json"
	"io"
)

func bytesReader(data []byte) io.Reader { return bytes.NewReader(data) }

// readOrdered reads one JSON value, objects as Ordered.
func readOrdered(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		items := []any{}
		for d.More() {
			item, err := readOrdered(d)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err = d.Token()
		return items, err
	case json.Delim('{'):
		o := Ordered{Values: map[string]any{}}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			if o.Values[key.(string)], err = readOrdered(d); err != nil {
				return nil, err
			}
			o.Keys = append(o.Keys, key.(string))
		}
		_, err = d.Token()
		return o, err
	}
	return t, nil
}
