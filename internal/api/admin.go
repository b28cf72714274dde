package api

import (
	"encoding/json"
	"net/http"
)

func (a *API) adminRoutes() []Route {
	return []Route{
		{http.MethodGet, "/admin/settings", "read_settings_admin_settings_get", a.readSettings},
		{http.MethodGet, "/admin/version", "read_version_admin_version_get", a.readVersion},
	}
}

// readSettings shows the whole tree of settings, secrets masked.
func (a *API) readSettings(w http.ResponseWriter, _ *http.Request) error {
	settings := a.config.Settings
	if settings == nil {
		settings = json.RawMessage("{}")
	}
	respond(w, http.StatusOK, settings)
	return nil
}

// readVersion names the release of the contract: clients warn when it is older
// than theirs, and refuse another major number.
func (a *API) readVersion(w http.ResponseWriter, _ *http.Request) error {
	respond(w, http.StatusOK, PrefectVersion)
	return nil
}
