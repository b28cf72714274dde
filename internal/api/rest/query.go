package rest

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// ID is a path parameter that the router has found to be a UUID.
func ID(r *http.Request, name string) uuid.UUID {
	id, _ := decode.ParseUUID(r.PathValue(name))
	return id
}

// queryParameters decodes the parameters of the URL's query into dst, a pointer
// to a struct. Of a parameter that was given more than once the last counts.
func queryParameters(r *http.Request, dst any) error {
	var given []pyjson.Member
	for name, values := range r.URL.Query() {
		given = append(given, pyjson.Member{Key: name, Value: pyjson.NewString(values[len(values)-1])})
	}
	if issues := decode.Into(pyjson.NewObject(given), dst, "query"); len(issues) > 0 {
		return Refused(issues, nil)
	}
	return nil
}
