package api

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/api/rest"
)

// components are the contract's: the name and properties of each, from the
// reference's own OpenAPI document.
//
//go:embed testdata/components.tsv
var components string

// missingComponents are those that are not here, each with the reason.
//
//go:embed testdata/missing_components.txt
var missingComponents string

// differs are the components that have other properties here, each with the reason.
var differs = map[string]string{
	"HTTPValidationError": "the reference's document describes another body than it answers with",
	"TaskRunCount":        "the reference's document leaves out what it answers with",
	"Body_bulk_decrement_active_slots_v2_concurrency_limits_decrement_post": "create_if_missing has no effect in the reference either",
	"Body_bulk_increment_active_slots_v2_concurrency_limits_increment_post": "create_if_missing has no effect in the reference either",
}

// TestComponentsAreTheContracts holds that what clients are told of bodies and answers is
// what the reference tells them: the same names, with the same properties.
func TestComponentsAreTheContracts(t *testing.T) {
	have := (&API{config: Config{BasePath: "/api"}}).document().Components.Schemas
	missing := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(missingComponents), "\n") {
		name, reason, _ := strings.Cut(line, "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if missing[name] = true; reason == "" {
			t.Errorf("missing_components.txt gives no reason for %s", name)
		}
		if have[name] != nil {
			t.Errorf("missing_components.txt names %s, which is there: take it out", name)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(components), "\n") {
		name, want, _ := strings.Cut(line, "\t")
		switch schema := have[name]; {
		case schema == nil && !missing[name]:
			t.Errorf("the document has no component %s {%s}", name, want)
		case schema != nil && want != propertiesOf(schema) && differs[name] == "":
			t.Errorf("%s has {%s}, in the contract {%s}", name, propertiesOf(schema), want)
		}
	}
}

func propertiesOf(schema rest.Schema) string {
	properties, _ := schema["properties"].(map[string]rest.Schema)
	return strings.Join(slices.Sorted(maps.Keys(properties)), ",")
}
