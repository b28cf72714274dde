package api

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// logsAtOnce is how many log rows one transaction reads for a download, or writes.
const logsAtOnce = 1000

// downloadFlowRunLogs answers with all logs of a flow run, its task runs
// included, as CSV in the order of their time. They are read a page at a time,
// so that a slow client holds no transaction open.
func (a *API) downloadFlowRunLogs(w http.ResponseWriter, r *http.Request) error {
	id := rest.ID(r, "id")
	var name *string
	err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
		name, err = tx.ReadFlowRunName(id)
		return err
	})
	if err != nil {
		return err
	}
	if name == nil {
		return rest.Missing("Flow run")
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="flow-run-logs.csv"; filename*=UTF-8''%s`,
		strings.ReplaceAll(url.QueryEscape(*name+"-logs.csv"), "+", "%20")))
	out := bufio.NewWriter(w)
	if _, err := out.WriteString("timestamp,level,flow_run_id,task_run_id,message\r\n"); err != nil {
		return nil // the client has gone
	}
	for last := (*prefect.Log)(nil); ; {
		var logs []*prefect.Log
		err := a.store.View(r.Context(), func(tx *store.Tx) (err error) {
			logs, err = tx.ReadFlowRunLogs(id, last, logsAtOnce)
			return err
		})
		if err != nil {
			panic(http.ErrAbortHandler) // the answer has begun: cut it off, so that the client sees it is not whole
		}
		for _, l := range logs {
			writeLog(out, l)
		}
		if out.Flush() != nil || len(logs) < logsAtOnce {
			return nil
		}
		last = logs[len(logs)-1]
	}
}

func writeLog(out *bufio.Writer, l *prefect.Log) {
	fields := []string{pythonTime(l.Timestamp.Time), strconv.Itoa(l.Level), "", "", csvField(l.Message)}
	if l.FlowRunID != nil {
		fields[2] = l.FlowRunID.String()
	}
	if l.TaskRunID != nil {
		fields[3] = l.TaskRunID.String()
	}
	_, _ = out.WriteString(strings.Join(fields, ",") + "\r\n") // Flush gives the error
}

// pythonTime writes a moment as Python's str does.
func pythonTime(t time.Time) string {
	if t.Nanosecond() == 0 {
		return t.UTC().Format("2006-01-02 15:04:05+00:00")
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000+00:00")
}

// csvField quotes a field where Python's csv module does.
func csvField(text string) string {
	if strings.ContainsAny(text, ",\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
