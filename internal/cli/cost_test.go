package cli

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reevehq/reeve/internal/metrics"
)

// woken URL waits until the server whose metrics are there has written its ledger.
func woken(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get(args[0])
		if err != nil {
			continue
		}
		var found metrics.Snapshot
		err = json.NewDecoder(answer.Body).Decode(&found)
		_ = answer.Body.Close()
		if err == nil && found.Awake != nil {
			return
		}
	}
	ts.Fatalf("the ledger of %s has no entry", args[0])
}
