package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// receiver runs a service that takes messages at /ok and refuses those at /no; its
// address is RECEIVER.
func receiver(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "invalid_token")
			return
		}
		_, _ = io.WriteString(w, "ok")
	}))
	ts.Defer(server.Close)
	ts.Setenv("RECEIVER", server.URL)
}

// saved URL TYPE NAME DATA saves a block; its id is BLOCK.
func saved(ts *testscript.TestScript, _ bool, args []string) {
	ask := func(method, path string, body, to any) {
		text, err := json.Marshal(body)
		ts.Check(err)
		request, err := http.NewRequest(method, args[0]+path, bytes.NewReader(text))
		ts.Check(err)
		answer, err := http.DefaultClient.Do(request)
		ts.Check(err)
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode >= 300 {
			ts.Fatalf("%s answered %d", path, answer.StatusCode)
		}
		ts.Check(json.NewDecoder(answer.Body).Decode(to))
	}
	var of struct{ ID string }
	ask(http.MethodGet, "/block_types/slug/"+args[1], nil, &of)
	var schemas []struct{ ID string }
	ask(http.MethodPost, "/block_schemas/filter", map[string]any{"block_schemas": map[string]any{"block_type_id": map[string]any{"any_": []string{of.ID}}}}, &schemas)
	var document struct{ ID string }
	ask(http.MethodPost, "/block_documents/", map[string]any{"name": args[2], "data": json.RawMessage(args[3]), "block_type_id": of.ID, "block_schema_id": schemas[0].ID}, &document)
	ts.Setenv("BLOCK", document.ID)
}
