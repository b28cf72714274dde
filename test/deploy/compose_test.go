package deploy

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(filepath.Join(root, "deploy/compose", from)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if _, ok := c.Volumes[from]; !ok {
				t.Errorf("%s: there is no volume %s", name, from)
			}
		}
		if api, ok := s.Environment["PREFECT_API_URL"]; ok && c.Services[hostOf(t, api)] == nil && hostOf(t, api) != "127.0.0.1" {
			t.Errorf("%s asks %s, which is no service", name, api)
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
		case "server-1", "server-2", "server-3":
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

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Hostname()
}

// serversOf are the services that answer the API.
func (c composed) serversOf() (names []string) {
	for name, s := range c.Services {
		if s.Build.Target == "server" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestTheBalancerKnowsAllServers: those of compose.yaml, at the port at which they listen.
func TestTheBalancerKnowsAllServers(t *testing.T) {
	c := readCompose(t)
	var known []string
	for _, line := range regexp.MustCompile(`(?m)^  server (\S+) (\S+)$`).FindAllStringSubmatch(balancerConfig(t), -1) {
		if line[2] != line[1]+":"+c.Services[line[1]].Environment["PREFECT_SERVER_API_PORT"] {
			t.Errorf("%s is asked at %s", line[1], line[2])
		}
		known = append(known, line[1])
	}
	if slices.Sort(known); !slices.Equal(known, c.serversOf()) || len(known) != 3 {
		t.Errorf("the balancer knows %v, there are %v", known, c.serversOf())
	}
}

func balancerConfig(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/compose/haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
