package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/reevehq/reeve/internal/actions"
)

// inProcess asks the server's own API without a connection. It is nobody from
// outside: no password is asked for, and it does not keep the server awake by itself.
type inProcess struct {
	api  http.Handler
	path string // where the API is mounted
}

// Ask implements actions.API.
func (p inProcess) Ask(ctx context.Context, r actions.Request) (actions.Answer, error) {
	var body bytes.Buffer
	if r.Body != nil {
		if err := json.NewEncoder(&body).Encode(r.Body); err != nil {
			return actions.Answer{}, fmt.Errorf("write a request of an automation: %w", err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, p.path+r.Path, &body)
	if err != nil {
		return actions.Answer{}, fmt.Errorf("make a request of an automation: %w", err)
	}
	if r.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Prefect-Automation-Id", r.Automation.ID.String())
	request.Header.Set("Prefect-Automation-Name", base64.StdEncoding.EncodeToString([]byte(r.Automation.Name)))
	answer := &recorded{header: http.Header{}}
	p.api.ServeHTTP(answer, request)
	if err := ctx.Err(); err != nil {
		return actions.Answer{}, err
	}
	return actions.Answer{Status: answer.status, Body: answer.body.Bytes()}, nil
}

// recorded keeps an answer.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header { return r.header }

func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
