package config

import "strconv"

// Limits is the [limits] of reeve.toml: what clients may use of a server or gateway.
// Each has a name in the environment, which counts more.
type Limits struct {
	// Memory is what requests, frames and answers under way may hold together, in
	// bytes; 0 for three eighths of the machine's memory; REEVE_LIMITS_MEMORY.
	Memory int64 `toml:"memory"`
}

const leastMemory = 8 << 20

// loadLimits lays the environment over what the file says.
func (c *Config) loadLimits() error {
	const name = "REEVE_LIMITS_MEMORY"
	from, text := origin{set: true, name: "limits.memory"}, strconv.FormatInt(c.Limits.Memory, 10)
	if given := c.environ[name]; given != "" {
		from, text = origin{set: true, name: name}, given
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n != 0 && n < leastMemory {
		return refuse(from, text, &malformed{"not a number of bytes from 8388608 on", "give one such as 100000000, or 0 for a share of the machine's memory"})
	}
	c.Limits.Memory = n
	return nil
}
