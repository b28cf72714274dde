package sleep

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestFly(t *testing.T) {
	tests := []struct {
		name   string
		status int
		want   string // of the error, "" for none
	}{
		{"it is suspended", http.StatusOK, ""},
		{"it may not be", http.StatusPreconditionFailed, "412 when asked to suspend the machine: too much memory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "api")
			listener, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			var asked string
			go func() {
				_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked = r.Method + " " + r.URL.Path
					w.WriteHeader(test.status)
					_, _ = w.Write([]byte("too much memory"))
				}))
			}()
			t.Cleanup(func() { _ = listener.Close() })
			err = Fly{Socket: socket, App: "my-app", Machine: "148e21"}.Suspend(t.Context())
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if asked != "POST /v1/apps/my-app/machines/148e21/suspend" {
				t.Errorf("asked %q", asked)
			}
		})
	}
	if err := (Fly{Socket: filepath.Join(t.TempDir(), "none")}).Suspend(t.Context()); err == nil {
		t.Error("there is no socket, and no error")
	}
}
