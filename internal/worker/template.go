package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// placeholder is a variable in a job template: "{{ command }}".
var placeholder = regexp.MustCompile(`{{\s*([\w.\-\[\]$]+)\s*}}`)

// The placeholders that are not job variables: values of blocks, variables of
// the server, and the worker's environment.
const (
	blockPrefix    = "prefect.blocks."
	variablePrefix = "prefect.variables."
	envPrefix      = "$"
)

// unset is the value of a placeholder that has none: the key it stands for is
// left out.
type unset struct{}

// fill replaces the placeholders of a template by values, all through.
func fill(template any, values map[string]any, getenv func(string) (string, bool)) any {
	switch t := template.(type) {
	case string:
		return fillText(t, values, getenv)
	case map[string]any:
		out := make(map[string]any, len(t))
		for key, value := range t {
			if v := fill(value, values, getenv); v != (unset{}) {
				out[key] = v
			}
		}
		return out
	case []any:
		out := []any{}
		for _, value := range t {
			if v := fill(value, values, getenv); v != (unset{}) {
				out = append(out, v)
			}
		}
		return out
	}
	return template
}

func fillText(text string, values map[string]any, getenv func(string) (string, bool)) any {
	if m := placeholder.FindStringSubmatch(text); m != nil && m[0] == text && isJobVariable(m[1]) {
		if v, ok := lookup(values, m[1]); ok {
			return v
		}
		return unset{}
	}
	return placeholder.ReplaceAllStringFunc(text, func(whole string) string {
		name := placeholder.FindStringSubmatch(whole)[1]
		if rest, ok := strings.CutPrefix(name, envPrefix); ok {
			value, _ := getenv(rest)
			return value
		}
		if !isJobVariable(name) {
			return whole
		}
		v, _ := lookup(values, name)
		return asText(v)
	})
}

func isJobVariable(name string) bool {
	return !strings.HasPrefix(name, blockPrefix) && !strings.HasPrefix(name, variablePrefix) && !strings.HasPrefix(name, envPrefix)
}

// lookup follows a path like a.b[0].c.
func lookup(from any, path string) (any, bool) {
	path = strings.ReplaceAll(strings.ReplaceAll(path, "[", "."), "]", "")
	for _, key := range strings.Split(path, ".") {
		switch at := from.(type) {
		case map[string]any:
			v, ok := at[key]
			if !ok {
				return nil, false
			}
			from = v
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			from = at[i]
		default:
			return nil, false
		}
	}
	return from, true
}

// asText writes a value into a text the way Python's str does for what JSON holds.
func asText(v any) string {
	switch t := v.(type) {
	case nil:
		return ""
	case string:
		return t
	case bool:
		if t {
			return "True"
		}
		return "False"
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64)
	}
	raw, _ := json.Marshal(v) // it came from JSON
	return string(raw)
}

// resolver replaces references to blocks and variables by what the server has.
type resolver struct {
	server *server
	blocks map[string]any
}

func (r *resolver) resolve(ctx context.Context, template any) (any, error) {
	switch t := template.(type) {
	case string:
		return r.resolveText(ctx, t)
	case map[string]any:
		if ref, ok := t["$ref"].(map[string]any); ok {
			if id, ok := ref["block_document_id"].(string); ok {
				return r.block(ctx, "/block_documents/"+url.PathEscape(id))
			}
		}
		out := make(map[string]any, len(t))
		for key, value := range t {
			v, err := r.resolve(ctx, value)
			if err != nil {
				return nil, err
			}
			out[key] = v
		}
		return out, nil
	case []any:
		out := make([]any, len(t))
		for i, value := range t {
			v, err := r.resolve(ctx, value)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	}
	return template, nil
}

func (r *resolver) resolveText(ctx context.Context, text string) (any, error) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if isJobVariable(m[1]) || strings.HasPrefix(m[1], envPrefix) {
			continue
		}
		v, err := r.reference(ctx, m[1])
		if err != nil {
			return nil, err
		}
		if m[0] == text {
			return v, nil
		}
		switch v.(type) {
		case map[string]any, []any:
			return nil, fmt.Errorf("%s stands for a list or object and cannot be part of the text %q", m[1], text)
		}
		text = strings.ReplaceAll(text, m[0], asText(v))
	}
	return text, nil
}

func (r *resolver) reference(ctx context.Context, name string) (any, error) {
	if variable, ok := strings.CutPrefix(name, variablePrefix); ok {
		var found struct {
			Value any `json:"value"`
		}
		err := r.server.ask(ctx, http.MethodGet, "/variables/name/"+url.PathEscape(variable), nil, &found)
		if refused(err, http.StatusNotFound) {
			return "", nil
		}
		return found.Value, err
	}
	parts := strings.SplitN(strings.TrimPrefix(name, blockPrefix), ".", 3)
	if len(parts) < 2 {
		return nil, fmt.Errorf("invalid block placeholder format: '%s'. Expected format: prefect.blocks.<block-type-slug>.<block-document-name>", name)
	}
	value, err := r.block(ctx, "/block_types/slug/"+url.PathEscape(parts[0])+"/block_documents/name/"+url.PathEscape(parts[1]))
	if err != nil {
		return nil, err
	}
	path := ""
	if len(parts) == 3 {
		path = parts[2]
	}
	data, _ := value.(map[string]any)
	if inner, ok := data["value"]; ok && len(data) == 1 && path != "value" && !strings.HasPrefix(path, "value.") && !strings.HasPrefix(path, "value[") {
		value = inner
	}
	if path == "" {
		return value, nil
	}
	found, ok := lookup(value, path)
	if !ok {
		return nil, fmt.Errorf("%s: the block has no %s", name, path)
	}
	return found, nil
}

// block reads the data of a block document, secrets included.
func (r *resolver) block(ctx context.Context, path string) (any, error) {
	if data, ok := r.blocks[path]; ok {
		return data, nil
	}
	var document struct {
		Data map[string]any `json:"data"`
	}
	if err := r.server.ask(ctx, http.MethodGet, path+"?include_secrets=true", nil, &document); err != nil {
		return nil, fmt.Errorf("read a block of the job's configuration: %w", err)
	}
	r.blocks[path] = document.Data
	return document.Data, nil
}
