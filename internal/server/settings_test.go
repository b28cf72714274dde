package server

import (
	"slices"
	"testing"

	"github.com/reevehq/reeve/internal/config"
)

// elsewhere are settings that the command line, the package config or a page
// that shows all settings use.
var elsewhere = []string{"server.api.host", "server.api.port", "server.logging_level",
	"server.ui.show_promotional_content", "server.database.driver", "server.database.name", "server.database.connection_url",
	"server.database.timeout", "server.database.migrate_on_start",
	"server.database.host", "server.database.port", "server.database.user", "server.database.password",
	"server.database.sqlalchemy.connect_args.search_path", "server.database.sqlalchemy.connect_args.tls.enabled",
	"server.database.sqlalchemy.connect_args.tls.ca_file", "server.database.sqlalchemy.connect_args.tls.cert_file",
	"server.database.sqlalchemy.connect_args.tls.key_file", "server.database.sqlalchemy.connect_args.tls.check_hostname"}

// A setting is said to work if and only if something asks for it: otherwise it
// would be ignored in silence, or warned of though it works.
func TestEverySettingThatWorksIsAskedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := config.Load(config.Input{Environ: []string{"PREFECT_UI_API_URL=http://x/api", "PREFECT_SERVER_API_KEEPALIVE_TIMEOUT=9"}})
	if err != nil {
		t.Fatal(err)
	}
	Settings(c)
	asked := c.Asked()
	for _, s := range config.Documented() {
		works := s.Effect == config.Works
		used := slices.Contains(asked, s.Key) || slices.Contains(elsewhere, s.Key)
		if works && !used {
			t.Errorf("%s is said to work, but nothing asks for it", s.Key)
		}
		if !works && used {
			t.Errorf("%s is used, but said to have no effect", s.Key)
		}
	}
}
