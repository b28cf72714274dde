package api

import (
	"encoding/base64"
	"net/http"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

// author says who makes an object: the automation that the request's headers
// name, or nobody in particular.
func author(r *http.Request) *prefect.Author {
	id, reason := decode.ParseUUID(r.Header.Get("Prefect-Automation-Id"))
	name, err := base64.StdEncoding.DecodeString(r.Header.Get("Prefect-Automation-Name"))
	if reason != "" || err != nil || len(name) == 0 {
		return nil
	}
	kind, display := "AUTOMATION", string(name)
	return &prefect.Author{ID: &id, Type: &kind, DisplayValue: &display}
}
