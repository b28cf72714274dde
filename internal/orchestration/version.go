package orchestration

import (
	"strconv"
	"strings"
)

// version is the release part of a package version, and whether it is one of
// those before the release itself (a, b, rc, dev).
type version struct {
	release [3]int
	early   bool
}

// parseVersion reads x.y.z with whatever follows it; what is no number is 0.
func parseVersion(text string) version {
	var v version
	for i := range v.release {
		n := len(text)
		for j, c := range text {
			if c < '0' || c > '9' {
				n = j
				break
			}
		}
		v.release[i], _ = strconv.Atoi(text[:n])
		text = text[n:]
		if i < len(v.release)-1 {
			if !strings.HasPrefix(text, ".") {
				break
			}
			if rest := text[1:]; rest == "" || rest[0] < '0' || rest[0] > '9' {
				break
			}
			text = text[1:]
		}
	}
	text, _, _ = strings.Cut(text, "+")
	v.early = text != "" && !strings.HasPrefix(text, ".post") && !(text[0] == '.' && len(text) > 1 && text[1] >= '0' && text[1] <= '9')
	return v
}

// atLeast reports whether a version is that release or a later one.
func atLeast(text string, x, y, z int) bool {
	v := parseVersion(text)
	for i, least := range [3]int{x, y, z} {
		if v.release[i] != least {
			return v.release[i] > least
		}
	}
	return !v.early
}

// keepsLease reports whether the client renews the lease of its deployment's slot.
func (o Options) keepsLease() bool { return o.Client != "" && atLeast(o.Client, 3, 4, 11) }

// managesSlots reports whether the client is one of the workers that took a
// deployment's slot themselves.
func (o Options) managesSlots() bool {
	switch o.Client {
	case "3.0.0rc20", "3.0.0", "3.0.1", "3.0.2", "3.0.3":
		return true
	}
	return false
}

// knowsPauses reports whether the API the client speaks has pauses; none given
// counts as the newest.
func (o Options) knowsPauses() bool { return o.API == "" || atLeast(o.API, 0, 8, 4) }

// loopsFailedTasks reports whether the client, being older, wants the failed
// tasks of a flow run that is retried to be set to retry one by one.
func (o Options) loopsFailedTasks() bool { return o.API != "" && !atLeast(o.API, 0, 8, 3) }
