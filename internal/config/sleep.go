package config

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Sleep is the [sleep] of reeve.toml: when the server is away, and how. Each has
// a name in the environment, which counts more.
type Sleep struct {
	// Mode is never, exit (the process ends; its socket's keeper starts it again)
	// or suspend (the host freezes the machine); REEVE_SLEEP_MODE. By default exit
	// when systemd handed over the socket, else never.
	Mode string `toml:"mode"`
	// After is how long nothing must go on, 30s by default; REEVE_SLEEP_AFTER.
	After Span `toml:"after"`
	// Least is how far away the next deadline must be, 30s by default;
	// REEVE_SLEEP_LEAST.
	Least Span `toml:"least"`
	// Socket is where fly.io's machine is asked to suspend itself, /.fly/api by
	// default; REEVE_SLEEP_SOCKET. App and machine are FLY_APP_NAME and
	// FLY_MACHINE_ID of the environment, which that host sets.
	Socket string `toml:"socket"`

	App     string `toml:"-"`
	Machine string `toml:"-"`
}

var sleepModes = map[string]bool{"": true, "never": true, "exit": true, "suspend": true}

// loadSleep lays the environment over what the file says.
func (c *Config) loadSleep() error {
	s := &c.Sleep
	var problems []error
	refused := func(name, text string, err error) {
		problems = append(problems, refuse(origin{set: true, name: name}, text, err))
	}
	if mode := c.environ["REEVE_SLEEP_MODE"]; mode != "" {
		if s.Mode = mode; !sleepModes[mode] {
			refused("REEVE_SLEEP_MODE", mode, wrongMode(mode))
		}
	}
	for name, span := range map[string]*Span{"REEVE_SLEEP_AFTER": &s.After, "REEVE_SLEEP_LEAST": &s.Least} {
		if text := c.environ[name]; text != "" {
			if err := span.UnmarshalText([]byte(text)); err != nil {
				refused(name, text, &malformed{"not a duration", "give one such as 30s or 5m"})
			}
		}
	}
	s.After, s.Least = cmp.Or(s.After, Span(30*time.Second)), cmp.Or(s.Least, Span(30*time.Second))
	s.Socket = cmp.Or(c.environ["REEVE_SLEEP_SOCKET"], s.Socket, "/.fly/api")
	s.App, s.Machine = c.environ["FLY_APP_NAME"], c.environ["FLY_MACHINE_ID"]
	if s.Mode == "suspend" && (s.App == "" || s.Machine == "") {
		refused("sleep.mode", s.Mode, &malformed{"this is no machine of fly.io: FLY_APP_NAME and FLY_MACHINE_ID are not set",
			`only that host suspends machines so far; elsewhere: mode = "exit"`})
	}
	return errors.Join(problems...)
}

func (s *Sleep) check() error {
	if !sleepModes[s.Mode] {
		return wrongMode(s.Mode)
	}
	return nil
}

func wrongMode(mode string) error {
	return &malformed{fmt.Sprintf("mode %q is not known", mode), "give never, exit or suspend"}
}
