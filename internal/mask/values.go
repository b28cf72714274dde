package mask

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

const (
	// anywhere is the length from which a value is masked inside words too.
	anywhere = 8
	// shortest is the length below which a value is not looked for.
	shortest = 4
)

// values are the spellings of secrets, by their first byte, the longest first.
type values struct{ starting [256][]string }

func newValues(secrets map[string]bool) *values {
	known := map[string]bool{}
	for secret := range secrets {
		for _, part := range parts(secret) {
			for _, spelling := range spellings(part) {
				if len(spelling) >= shortest && strings.Trim(spelling, "*") != "" {
					known[spelling] = true
				}
			}
		}
	}
	v := &values{}
	for spelling := range known {
		list := &v.starting[spelling[0]]
		*list = append(*list, spelling)
	}
	for _, list := range v.starting {
		sort.Slice(list, func(i, j int) bool { return len(list[i]) > len(list[j]) })
	}
	return v
}

// parts are a secret and what of it is secret alone: the password after the
// colon, the key after whsec_, each of its lines.
func parts(secret string) []string {
	secret = strings.TrimSpace(secret)
	all := []string{secret}
	if _, password, ok := strings.Cut(secret, ":"); ok {
		all = append(all, password)
	}
	if _, key, ok := strings.Cut(secret, "whsec_"); ok {
		all = append(all, key)
	}
	if strings.Contains(secret, "\n") {
		for _, line := range strings.Split(secret, "\n") {
			if line = strings.TrimSpace(line); len(line) >= anywhere {
				all = append(all, line)
			}
		}
	}
	return all
}

// spellings are the forms in which a text gets into lines of logs, headers,
// URLs and JSON.
func spellings(text string) []string {
	query := url.QueryEscape(text)
	all := []string{query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(text),
		strings.TrimPrefix(url.UserPassword("", text).String(), ":"), base64.StdEncoding.EncodeToString([]byte(text)),
		inner(strconv.QuoteToASCII(text))}
	quoted := []string{text}
	if asJSON, err := json.Marshal(text); err == nil {
		quoted = append(quoted, inner(string(asJSON)))
	}
	// The log quotes what is quoted in an error, which may be of an answer's JSON.
	for _, one := range quoted {
		for range quotings {
			all = append(all, one)
			one = inner(strconv.Quote(one))
		}
	}
	return all
}

// quotings is how often a text may be quoted, one time more than none.
const quotings = 4

// inner is a quoted text without its quotes.
func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// mask replaces each stretch that values cover, overlapping ones as one.
func (v *values) mask(s string) string {
	var out []byte
	copied, start, end := 0, 0, -1
	for i := range len(s) {
		if v.starting[s[i]] == nil {
			continue
		}
		n := v.longest(s, i)
		if n == 0 {
			continue
		}
		if i > end {
			if end >= 0 {
				out = append(append(out, s[copied:start]...), Mask...)
				copied = end
			}
			start = i
		}
		end = max(end, i+n)
	}
	if end < 0 {
		return s
	}
	out = append(append(out, s[copied:start]...), Mask...)
	return string(append(out, s[end:]...))
}

// longest is the length of the longest value that starts at i, 0 for none.
func (v *values) longest(s string, i int) int {
	for _, value := range v.starting[s[i]] {
		if strings.HasPrefix(s[i:], value) && (len(value) >= anywhere || isWord(s, i, i+len(value))) {
			return len(value)
		}
	}
	return 0
}

// isWord reports whether s[i:j] has no letter or digit beside it.
func isWord(s string, i, j int) bool {
	return (i == 0 || !isWordByte(s[i-1])) && (j == len(s) || !isWordByte(s[j]))
}

func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b >= 0x80
}
