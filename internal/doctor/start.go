package doctor

import (
	"fmt"
	"strings"

	"github.com/reevehq/reeve/internal/config"
)

// start is the command that starts this installation's server: that of the whole
// when its reeve.toml is for `reeve up`, which has pools and flows.
func (e *Exam) start(flags string) string {
	command := "reeve server start"
	if e.isUp() {
		command = "reeve up"
	}
	if file := e.Config.File; file != "" && (file != config.DefaultFile || !e.isUp()) {
		command += " --config " + file
	}
	return strings.TrimSpace(command + " " + flags)
}

// startWith is how to start it with another value of a setting of [server].
func (e *Exam) startWith(setting, value string) string {
	if e.isUp() {
		if setting == "database" {
			value = fmt.Sprintf("%q", value)
		}
		return fmt.Sprintf("set %s = %s in %s, [server], then: %s", setting, value, e.Config.File, e.start(""))
	}
	return e.start("--" + setting + " " + value)
}

func (e *Exam) isUp() bool { return len(e.Config.Setup.Pools)+len(e.Config.Setup.Flows) > 0 }
