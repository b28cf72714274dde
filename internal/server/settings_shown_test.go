package server

import (
	"testing"

	"github.com/reevehq/reeve/internal/config"
)

// TestSettingsAreShown: each with its value and where it was set, secrets masked.
func TestSettingsAreShown(t *testing.T) {
	c, err := config.Load(config.Input{Environ: []string{"PREFECT_SERVER_API_AUTH_STRING=admin:sesame-sesame", "PREFECT_SERVER_API_PORT=4300"}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, s := range settingsShown(c) {
		found[s.Key] = s.Value + " of " + s.From
	}
	for key, want := range map[string]string{
		"server.api.port":        "4300 of PREFECT_SERVER_API_PORT",
		"server.api.auth_string": "********** of PREFECT_SERVER_API_AUTH_STRING",
		"server.api.host":        "127.0.0.1 of ",
	} {
		if found[key] != want {
			t.Errorf("%s: %q, want %q", key, found[key], want)
		}
	}
}
