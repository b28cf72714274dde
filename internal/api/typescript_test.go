package api

import (
	"flag"
	"os"
	"testing"
)

var writeTypes = flag.Bool("update", false, "write ui/src/api/schema.ts")

// TestTypesOfTheInterfaceAreTheDocuments holds that the user interface reads what the API
// answers. After a change of a type: go test ./internal/api -run TestTypes -update
func TestTypesOfTheInterfaceAreTheDocuments(t *testing.T) {
	const path = "../../ui/src/api/schema.ts"
	want := "// Written by `go test ./internal/api -run TestTypes -update` from the types of the API. Do not edit.\n" +
		(&API{config: Config{BasePath: "/api"}}).document().TypeScript()
	if *writeTypes {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != want {
		t.Errorf("%s is not what the API's types say (%v); run: go test ./internal/api -run TestTypes -update", path, err)
	}
}
