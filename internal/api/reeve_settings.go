package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/metrics"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
)

// The page of settings: what serves, how it was set, how it is kept safe and until
// when it may sleep, in one answer.
func (a *API) reeveSettingsRoutes() []rest.Route {
	return []rest.Route{rest.Get("/reeve/settings", "reeve_settings", a.settingsPage)}
}

// SettingShown is a setting of the server as its page shows it, secrets masked.
type SettingShown struct {
	Key   string `json:"key"` // its place in the contract's tree
	Env   string `json:"env"`
	Value string `json:"value"`
	// From is where it was set: a file, a variable or a flag; "" for the default.
	From string `json:"from"`
	Help string `json:"help"`
	// Works is false for one that changes nothing here.
	Works bool `json:"works"`
}

type settingsPage struct {
	Version  serverVersion  `json:"version"`
	Settings []SettingShown `json:"settings"`
	Backup   BackupReport   `json:"backup"`
	Outlook  *sleep.Outlook `json:"outlook"` // null for a server that does not say
	Files    settingsFiles  `json:"files"`
	Runs     int            `json:"runs"`   // at most countedRows
	Events   int            `json:"events"` // in the log
	Now      prefect.Time   `json:"now"`
}

// settingsFiles are sizes in bytes; Volume is 0 when it is not known.
type settingsFiles struct {
	Database int64 `json:"database"`
	Volume   int64 `json:"volume"`
}

func (a *API) settingsPage(r *http.Request) (out settingsPage, err error) {
	out, err = view(a, r, func(tx *store.Tx) (out settingsPage, err error) {
		out.Now = prefect.At(tx.Now)
		if out.Runs, err = tx.CountFlowRunsUpTo(&prefect.Filters{}, countedRows); err != nil {
			return out, err
		}
		out.Events, err = tx.CountEventLog()
		return out, err
	})
	if err != nil {
		return out, err
	}
	if out.Version, err = a.reeveVersion(r); err != nil {
		return out, err
	}
	if out.Backup, err = a.readBackup(r); err != nil {
		return out, err
	}
	if out.Settings = []SettingShown{}; a.config.Shown != nil {
		out.Settings = a.config.Shown()
	}
	if a.config.Outlook != nil {
		outlook, err := a.config.Outlook(r.Context())
		if err != nil {
			return out, err
		}
		out.Outlook = &outlook
	}
	files := metrics.MeasureFiles(a.config.Database)
	out.Files = settingsFiles{files.Database + files.Log, files.Volume}
	return out, nil
}
