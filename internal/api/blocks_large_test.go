package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Documents that are in each other twice over, forty times: the last holds 2^40.
func TestBlocksInBlocksAreBounded(t *testing.T) {
	s := newTestServer(t, Config{})
	var kind, schema struct{ ID string }
	if status := s.ask(t, "POST", "/block_types/", object{"name": "k", "slug": "k"}, &kind); status != http.StatusCreated {
		t.Fatalf("type: %d", status)
	}
	if status := s.ask(t, "POST", "/block_schemas/", object{"fields": object{"title": "k"}, "block_type_id": kind.ID}, &schema); status != http.StatusCreated {
		t.Fatalf("schema: %d", status)
	}
	data := object{"v": 1}
	for i := range 40 {
		var made object
		status := s.ask(t, "POST", "/block_documents/", object{"name": fmt.Sprint("d", i), "data": data, "block_type_id": kind.ID, "block_schema_id": schema.ID}, &made)
		if status == http.StatusUnprocessableEntity && strings.Contains(fmt.Sprint(made), "more than") && i > 5 {
			return
		}
		if status != http.StatusCreated {
			t.Fatalf("document %d: %d %v", i, status, made)
		}
		inner := object{"$ref": object{"block_document_id": made["id"]}}
		data = object{"a": inner, "b": inner}
	}
	t.Error("no document was refused")
}
