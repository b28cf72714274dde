package mask

import "strings"

// secretSuffixes end the names of environment variables that hold secrets.
var secretSuffixes = []string{"PASSWORD", "PASSWD", "SECRET", "TOKEN", "_KEY", "APIKEY", "AUTH_STRING", "CREDENTIALS"}

// Environment returns the values of those "NAME=value" lines whose name is one of
// a secret, so that they are masked before any configuration is read.
func Environment(lines []string) []string {
	var all []string
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		if len(value) < anywhere {
			continue
		}
		for _, suffix := range secretSuffixes {
			if strings.HasSuffix(strings.ToUpper(name), suffix) {
				all = append(all, value)
				break
			}
		}
	}
	return all
}
