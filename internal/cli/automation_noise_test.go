package cli

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// automated URL makes an automation and puts its id in $AUTOMATION.
func automated(ts *testscript.TestScript, _ bool, args []string) {
	const body = `{"name": "a", "trigger": {"posture": "Reactive", "expect": ["x"]}, "actions": [{"type": "do-nothing"}]}`
	answer, err := http.Post(args[0]+"/automations/", "application/json", strings.NewReader(body))
	ts.Check(err)
	defer answer.Body.Close() //nolint:errcheck // read only
	var made struct{ ID string }
	ts.Check(json.NewDecoder(answer.Body).Decode(&made))
	ts.Setenv("AUTOMATION", made.ID)
}
