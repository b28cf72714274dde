package api

import (
	"encoding/json"
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
)

func (a *API) adminRoutes() []rest.Route {
	return []rest.Route{
		rest.Get("/admin/settings", "read_settings_admin_settings_get", a.readSettings),
		rest.Get("/admin/version", "read_version_admin_version_get", a.readVersion),
	}
}

// readSettings shows the whole tree of settings, secrets masked.
func (a *API) readSettings(*http.Request) (json.RawMessage, error) {
	if a.config.Settings == nil {
		return json.RawMessage("{}"), nil
	}
	return a.config.Settings, nil
}

// readVersion names the release of the contract: clients warn when it is older
// than theirs, and refuse another major number.
func (a *API) readVersion(*http.Request) (string, error) { return PrefectVersion, nil }
