package api

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/reevehq/reeve/internal/fault"
)

// The API versions of the contract, as the header X-PREFECT-API-VERSION has them.
const (
	Version        = "0.8.4"
	minimumVersion = "0.8.0"
	// PrefectVersion is the release whose contract this is. Clients compare their
	// own with it.
	PrefectVersion = "3.9.1"
	// ReeveVersion is this program's own.
	ReeveVersion = "0.1.0"
)

// checkVersion refuses clients that speak an older API. No header means the newest.
func checkVersion(r *http.Request) error {
	header := r.Header.Get("X-Prefect-Api-Version")
	if header == "" || r.URL.Path == "/health" || r.URL.Path == "/version" {
		return nil
	}
	given, ok := parseVersion(header)
	if !ok {
		return fault.New(fault.BadRequest, "Invalid X-PREFECT-API-VERSION header format.Expected header in format 'x.y.z' but received %s", header)
	}
	least, _ := parseVersion(minimumVersion)
	for i := range least {
		if given[i] != least[i] {
			if given[i] < least[i] {
				return fault.New(fault.BadRequest, "The request specified API version %s but this server requires version %s or higher.", header, minimumVersion)
			}
			break
		}
	}
	return nil
}

func parseVersion(text string) (v [3]int, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != len(v) {
		return v, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

var clientAgent = regexp.MustCompile(`^prefect/(\d+\.\d+\.\d+(?:[a-z.+0-9]+)?) \(API \S+\)$`)

// clientVersion is the version of the Prefect client that asks, "" when the
// request comes from elsewhere.
func clientVersion(r *http.Request) string {
	if m := clientAgent.FindStringSubmatch(r.UserAgent()); m != nil {
		return m[1]
	}
	return ""
}

// olderThan reports whether a client's version is known and before the given one.
func olderThan(version string, than ...int) bool {
	parts := strings.SplitN(version, ".", len(than))
	if version == "" || len(parts) < len(than) {
		return false
	}
	for i, least := range than {
		digits := parts[i]
		if end := strings.IndexFunc(digits, func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
			digits = digits[:end]
		}
		n, _ := strconv.Atoi(digits) // digits only
		if n != least {
			return n < least
		}
	}
	return false
}
