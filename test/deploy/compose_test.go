package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/reevehq/reeve/internal/config"
)

// composed is what our compose.yaml says, in the keys of the Compose specification: a key
// that is not here is a mistake, or has to be looked at.
type composed struct {
	Name     string               `yaml:"name"`
	Services map[string]*service  `yaml:"services"`
	Volumes  map[string]*struct{} `yaml:"volumes"`
}

type service struct {
	Image string `yaml:"image"`
	Build struct {
		Context    string `yaml:"context"`
		Dockerfile string `yaml:"dockerfile"`
		Target     string `yaml:"target"`
	} `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Check *struct {
		Test     []string `yaml:"test"`
		Interval string   `yaml:"interval"`
		Timeout  string   `yaml:"timeout"`
		Retries  int      `yaml:"retries"`
	} `yaml:"healthcheck"`
	Ports   []string `yaml:"ports"`
	Volumes []string `yaml:"volumes"`
	Restart string   `yaml:"restart"`
	Grace   string   `yaml:"stop_grace_period"`
}

func strictly(t *testing.T, text []byte, into any) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func readCompose(t *testing.T) composed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/compose/compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var c composed
	strictly(t, text, &c)
	return c
}

var reference = regexp.MustCompile(`\$\{([A-Z_]+)(:\?[^}]*)?\}`)

// filled is the environment of a service with its secrets as others are.
func filled(t *testing.T, s *service, secrets map[string]string) (environ []string) {
	t.Helper()
	for name, value := range s.Environment {
		environ = append(environ, name+"="+reference.ReplaceAllStringFunc(value, func(ref string) string {
			secret, ok := secrets[reference.FindStringSubmatch(ref)[1]]
			if !ok {
				t.Errorf("%s is in no env.example", ref)
			}
			return secret
		}))
	}
	return environ
}

// secretsOf are the names in env.example, each with a value.
func secretsOf(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/compose/env.example"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			all[name] = value + "se@cr/et"
		}
	}
	return all
}

func TestComposeIsWhatTheProgramAccepts(t *testing.T) {
	c, names, stages, secrets := readCompose(t), ownVariables(t), readDockerfile(t), secretsOf(t)
	for name, s := range c.Services {
		environ := filled(t, s, secrets)
		for variable := range s.Environment {
			if strings.HasPrefix(variable, "REEVE_") && !names[variable] {
				t.Errorf("%s: the program reads no %s", name, variable)
			}
		}
		for other, on := range s.DependsOn {
			o := c.Services[other]
			if o == nil || on.Condition == "service_healthy" && o.Check == nil || on.Condition == "service_completed_successfully" && o.Restart != "on-failure" {
				t.Errorf("%s waits for %s, which will not be %s", name, other, on.Condition)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, ok := c.Volumes[from]; !ok {
				t.Errorf("%s: there is no volume %s", name, from)
			}
		}
		if s.Image != "" {
			continue
		}
		if _, ok := stages[s.Build.Target]; !ok || filepath.Join("deploy/compose", s.Build.Context, s.Build.Dockerfile) != "deploy/fly/Dockerfile" {
			t.Errorf("%s is built from no target of ours: %+v", name, s.Build)
		}
		settings, err := config.Load(config.Input{File: filepath.Join(root, "deploy/fly/reeve.toml"), Environ: environ})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, warning := range settings.Warnings() {
			t.Errorf("%s: %s", name, warning)
		}
		switch name {
		case "server":
			if want := "postgresql://reeve:se%40cr%2Fet@postgres:5432/reeve"; settings.Postgres() != want || settings.Int("server.api.port") != 4200 {
				t.Errorf("the server opens %s", settings.Postgres())
			}
		case "gateway":
			if filepath.Dir(settings.Gateway.Database) != "/data" {
				t.Errorf("the gateway's inbox %s is not on its volume", settings.Gateway.Database)
			}
			for _, w := range settings.Webhooks {
				if _, ok := s.Environment[w.SecretEnv]; !ok {
					t.Errorf("the gateway is not given %s", w.SecretEnv)
				}
			}
		}
	}
}
