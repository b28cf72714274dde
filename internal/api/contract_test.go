package api

import (
	_ "embed"
	"strings"
	"testing"
)

// operations are the contract's: method, path and operation id of each, from
// the reference's own OpenAPI document.
//
//go:embed testdata/operations.tsv
var operations string

// missing are the operation ids that are not there yet.
//
//go:embed testdata/missing.txt
var missingOperations string

func TestRoutesAreTheContracts(t *testing.T) {
	contract := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(operations), "\n") {
		method, rest, _ := strings.Cut(line, "\t")
		path, id, _ := strings.Cut(rest, "\t")
		contract[id] = method + " " + path
	}
	if len(contract) != 188 {
		t.Fatalf("the contract has %d operations, want 188", len(contract))
	}
	have := map[string]bool{}
	for _, route := range (&API{}).Routes() {
		if have[route.Operation] {
			t.Errorf("%s is routed twice", route.Operation)
		}
		have[route.Operation] = true
		if ours := strings.HasPrefix(route.Path, "/reeve/") || strings.HasPrefix(route.Path, "/slas/"); ours && strings.HasPrefix(route.Operation, "reeve_") {
			continue // ours, or Prefect Cloud's, and named so
		}
		switch want, known := contract[route.Operation]; {
		case !known:
			t.Errorf("%s %s: the contract has no operation %s", route.Method, route.Path, route.Operation)
		case want != route.Method+" "+route.Path:
			t.Errorf("%s is %s in the contract, %s %s here", route.Operation, want, route.Method, route.Path)
		}
	}
	notYet := map[string]bool{}
	for _, id := range strings.Fields(missingOperations) {
		if contract[id] == "" {
			t.Errorf("missing.txt names %s, which the contract has not", id)
		}
		if have[id] {
			t.Errorf("missing.txt names %s, which is there: take it out", id)
		}
		notYet[id] = true
	}
	for id, where := range contract {
		if !have[id] && !notYet[id] {
			t.Errorf("%s (%s) has no route and is not in testdata/missing.txt", id, where)
		}
	}
}

func TestDocumentDescribesEveryRoute(t *testing.T) {
	a := &API{config: Config{BasePath: "/api"}}
	d := a.document()
	n := 0
	for _, methods := range d.Paths {
		n += len(methods)
	}
	if n != len(a.Routes()) {
		t.Errorf("%d operations in the document, %d routes", n, len(a.Routes()))
	}
	o := d.Paths["/flows/{id}"]["get"]
	if o == nil || o.Summary != "Read Flow" || o.Tags[0] != "Flows" || o.Parameters[0].Schema["format"] != "uuid" {
		t.Errorf("GET /flows/{id} is %+v", o)
	}
}
