package api

import "testing"

// TestSettingsPage: what serves, how it was set and what it keeps, in one answer.
func TestSettingsPage(t *testing.T) {
	shown := []SettingShown{{Key: "server.api.port", Env: "PREFECT_SERVER_API_PORT", Value: "4300", From: "reeve.toml", Works: true}}
	s := newTestServer(t, Config{Shown: func() []SettingShown { return shown }})
	s.ask(t, "POST", "/flows/", object{"name": "f"}, nil)
	var page struct {
		Version  struct{ Reeve, Prefect string }
		Settings []SettingShown
		Backup   struct{ Databases []any }
		Outlook  *object
		Runs     int
		Events   int
	}
	if code := s.ask(t, "GET", "/reeve/settings", nil, &page); code != 200 || page.Version.Prefect != PrefectVersion || len(page.Settings) != 1 || page.Settings[0] != shown[0] ||
		page.Backup.Databases == nil || page.Outlook != nil || page.Runs != 0 || page.Events == 0 {
		t.Errorf("%d %+v", code, page)
	}
}
