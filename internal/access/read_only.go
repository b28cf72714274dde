package access

import (
	"net/http"
	"strings"
)

// readOnly is why a page's request is refused where pages only show.
const readOnly = "The pages of this server only show ([server] ui_read_only). Use a program or the command line, or unset REEVE_UI_READ_ONLY."

// asks are the last words of the paths to which the contract's clients and our
// pages POST a question. Any other POST may change something.
var asks = map[string]bool{"filter": true, "count": true, "history": true, "lateness": true, "paginate": true, "rows": true, "groups": true, "preview": true,
	"feed": true, "validate": true, "counts": true, "concurrency_status": true, "count-task-runs": true, "count-deployments": true, "next-runs": true}

// ReadOnlyRefusal says why a request is refused where pages only show; "" lets it
// pass. path is that below the API; of websockets, only those that tell pass.
//
// A browser names the origin of a page with whatever may change something, and a
// page cannot keep it from doing so; no client of the contract names one. This keeps
// people from changing things by a page, and takes no right from whoever
// may call: a program that asks the same is answered.
func ReadOnlyRefusal(r *http.Request, path string, upgrade bool) string {
	if len(r.Header.Values("Origin")) == 0 || !Changes(r.Method, path, upgrade) {
		return ""
	}
	return readOnly
}

// Changes reports whether a request for a path below the API may change something.
func Changes(method, path string, upgrade bool) bool {
	words := strings.Split(strings.Trim(path, "/"), "/")
	last := words[len(words)-1]
	switch {
	case upgrade:
		return last != "out"
	case method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions:
		return false
	case method != http.MethodPost || len(words) < 2:
		return true
	}
	switch words[0] {
	case "slas": // whose last word is of any resource
		return true
	case "events":
		return words[1] != "count-by" && last != "filter"
	case "reeve":
		if len(words) == 4 && words[1] == "flow_runs" && last == "logs" {
			return false
		}
	}
	return !asks[last]
}
