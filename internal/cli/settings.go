package cli

import (
	"log/slog"

	"github.com/reevehq/reeve/internal/config"
)

// settingFlags are the flags of every command that reads settings.
type settingFlags struct {
	Config   string `help:"Configuration file; reeve.toml of this folder when there is one." placeholder:"FILE" env:"REEVE_CONFIG"`
	Database string `help:"The database: a path of SQLite, or postgresql://user:password@host:5432/name." placeholder:"PATH|URL"`
}

// given maps settings to the flags that were given for them.
type given map[string]struct{ flag, text string }

func (g given) add(key, flag, text string) {
	if text != "" {
		g[key] = struct{ flag, text string }{flag, text}
	}
}

// load reads all settings; more are flags beside the common ones.
func (f *settingFlags) load(p *process, more given) (*config.Config, error) {
	in := config.Input{File: f.Config, Environ: p.environ, Flags: map[string]string{}, FlagNames: map[string]string{}}
	all := given{}
	all.add("server.database.connection_url", "--database", f.Database)
	for key, g := range more {
		all[key] = g
	}
	for key, g := range all {
		in.Flags[key], in.FlagNames[key] = g.text, g.flag
	}
	c, err := config.Load(in)
	p.mask.Add(c.SecretValues()...)
	return c, err
}

// prepare reads all settings and refuses to go on with a wrong one.
func (f *settingFlags) prepare(p *process, more given) (*config.Config, error) {
	c, err := f.load(p, more)
	if err != nil {
		return nil, config.First(err)
	}
	p.level.Set(logLevel(c))
	for _, warning := range c.Warnings() {
		p.log.Warn("settings are " + warning)
	}
	return c, nil
}

var logLevels = map[string]slog.Level{"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo,
	"WARNING": slog.LevelWarn, "ERROR": slog.LevelError, "CRITICAL": slog.LevelError + 4}

func logLevel(c *config.Config) slog.Level { return logLevels[c.Text("server.logging_level")] }
