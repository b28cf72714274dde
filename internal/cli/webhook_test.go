package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// hook URL SECRET STATUS sends a webhook and checks the status of the answer.
func hook(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(`{"id": 1}`))
	ts.Check(err)
	request.Header.Set("X-Webhook-Secret", args[1])
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	_ = answer.Body.Close()
	if got := fmt.Sprint(answer.StatusCode); got != args[2] {
		ts.Fatalf("%s answered %s, want %s", args[0], got, args[2])
	}
}

// listed STATUS NUMBER CONFIG waits until so many webhooks have a status.
func listed(ts *testscript.TestScript, _ bool, args []string) {
	var out bytes.Buffer
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		out.Reset()
		var all []any
		code := Main([]string{"webhook", "ls", "--config", ts.MkAbs(args[2]), "--status", args[0], "--json"}, &out, &out)
		if code == 0 && json.Unmarshal(out.Bytes(), &all) == nil && fmt.Sprint(len(all)) == args[1] {
			return
		}
	}
	ts.Fatalf("there are not %s %s webhooks:\n%s", args[1], args[0], out.String())
}

// appears FILE waits until a file is there.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s does not appear", args[0])
}
