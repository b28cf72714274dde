package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/reevehq/reeve/internal/config"
)

// root is the top of the repository, seen from here.
const root = "../.."

// app is what our fly.toml files say, in the host's own keys: a key that is not
// here is a mistake, or has to be looked at.
type app struct {
	Region string `toml:"primary_region"`
	Signal string `toml:"kill_signal"`
	Kill   string `toml:"kill_timeout"`
	Build  struct {
		Dockerfile string `toml:"dockerfile"`
		Target     string `toml:"build-target"`
	} `toml:"build"`
	Deploy struct {
		Strategy       string `toml:"strategy"`
		MaxUnavailable int    `toml:"max_unavailable"`
		Release        string `toml:"release_command"`
	} `toml:"deploy"`
	Env       map[string]string `toml:"env"`
	Processes map[string]string `toml:"processes"`
	VM        []struct {
		Size   string `toml:"size"`
		Memory string `toml:"memory"`
	} `toml:"vm"`
	Restart []struct {
		Policy string `toml:"policy"`
	} `toml:"restart"`
	Mounts struct {
		Source      string `toml:"source"`
		Destination string `toml:"destination"`
		Initial     string `toml:"initial_size"`
		Retention   int    `toml:"snapshot_retention"`
		Threshold   int    `toml:"auto_extend_size_threshold"`
		Increment   string `toml:"auto_extend_size_increment"`
		Limit       string `toml:"auto_extend_size_limit"`
	} `toml:"mounts"`
	HTTP struct {
		Processes   []string `toml:"processes"`
		Port        int      `toml:"internal_port"`
		HTTPS       bool     `toml:"force_https"`
		Start       bool     `toml:"auto_start_machines"`
		Stop        string   `toml:"auto_stop_machines"`
		Min         int      `toml:"min_machines_running"`
		Concurrency struct {
			Type string `toml:"type"`
			Soft int    `toml:"soft_limit"`
			Hard int    `toml:"hard_limit"`
		} `toml:"concurrency"`
		Checks []struct {
			Method   string `toml:"method"`
			Path     string `toml:"path"`
			Interval string `toml:"interval"`
			Timeout  string `toml:"timeout"`
			Grace    string `toml:"grace_period"`
		} `toml:"checks"`
	} `toml:"http_service"`
}

func readApp(t *testing.T, name string) app {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/fly", name))
	if err != nil {
		t.Fatal(err)
	}
	var a app
	if err := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields().Decode(&a); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return a
}

func TestFlyFilesAreWhatTheProgramAccepts(t *testing.T) {
	names := ownVariables(t)
	for _, test := range []struct {
		file, health string
		sleeps       bool
		port         func(*config.Config) int
	}{
		{"server.toml", "/api/health", true, func(c *config.Config) int { return c.Int("server.api.port") }},
		{"up.toml", "/api/health", true, func(c *config.Config) int { return c.Int("server.api.port") }},
		{"gateway.toml", "/health", false, func(c *config.Config) int { return c.Gateway.Port }},
	} {
		t.Run(test.file, func(t *testing.T) {
			a := readApp(t, test.file)
			c := load(t, a, names)
			if a.HTTP.Port != test.port(c) {
				t.Errorf("internal_port is %d, but the program listens on %d", a.HTTP.Port, test.port(c))
			}
			if filepath.Dir(c.Database()) != a.Mounts.Destination || filepath.Dir(c.Gateway.Database) != a.Mounts.Destination {
				t.Errorf("databases %s and %s are not on the volume at %s", c.Database(), c.Gateway.Database, a.Mounts.Destination)
			}
			if len(a.HTTP.Checks) != 1 || a.HTTP.Checks[0].Path != test.health {
				t.Errorf("checks %v: want one of %s", a.HTTP.Checks, test.health)
			}
			if (c.Sleep.Mode != "") != test.sleeps {
				t.Errorf("its mode of sleep is %q", c.Sleep.Mode)
			}
			if a.HTTP.Stop != "off" || !a.HTTP.Start || (a.HTTP.Min == 0) != test.sleeps {
				t.Errorf("http_service stops %q, starts %v, keeps %d: Reeve decides when to sleep, and a request wakes it", a.HTTP.Stop, a.HTTP.Start, a.HTTP.Min)
			}
			if policy := a.Restart[0].Policy; (policy == "on-failure") != test.sleeps {
				t.Errorf("restart policy %q would not let it sleep, or not keep it up", policy)
			}
			if a.Deploy.Strategy != "rolling" || a.Deploy.MaxUnavailable != 1 {
				t.Errorf("strategy %q needs a second volume", a.Deploy.Strategy)
			}
		})
	}
}

// load reads the settings of an app's environment and file as the program does.
func load(t *testing.T, a app, names map[string]bool) *config.Config {
	t.Helper()
	in := config.Input{File: filepath.Join(root, "deploy/fly/reeve.toml"), Environ: []string{"PREFECT_API_URL=https://server.example/api", "FLY_APP_NAME=app", "FLY_MACHINE_ID=id"}}
	for name, text := range a.Env {
		in.Environ = append(in.Environ, name+"="+text)
		if strings.HasPrefix(name, "REEVE_") && !names[name] {
			t.Errorf("%s: the program reads no such variable", name)
		}
		if strings.HasPrefix(name, "PREFECT_") && !strings.HasPrefix(name, "PREFECT_SERVER_") {
			t.Errorf("%s: an address or a client's setting is not the same for everybody", name)
		}
		if regexp.MustCompile(`AUTH|SECRET|KEY|PASSWORD|TOKEN`).MatchString(name) {
			t.Errorf("%s: secrets are set with fly secrets set", name)
		}
	}
	c, err := config.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range c.Warnings() {
		t.Error(warning)
	}
	return c
}

// ownVariables are the REEVE_ variables that the program reads.
func ownVariables(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	name := regexp.MustCompile(`["+,:]REEVE_[A-Z_]*[A-Z]`)
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range name.FindAllString(string(text), -1) {
			found[match[1:]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSecretsOfTheInstallationAreNamed(t *testing.T) {
	c, err := config.Load(config.Input{File: filepath.Join(root, "deploy/fly/reeve.toml")})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"gateway.toml", "up.toml"} {
		text, err := os.ReadFile(filepath.Join(root, "deploy/fly", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.Webhooks {
			if !strings.Contains(string(text), w.SecretEnv) {
				t.Errorf("%s does not name the secret %s", file, w.SecretEnv)
			}
		}
	}
}

// TestImagesHaveWhatTheFilesName compares the Dockerfile with the fly.toml files
// and the repository.
func TestImagesHaveWhatTheFilesName(t *testing.T) {
	stages := readDockerfile(t)
	names := ownVariables(t)
	for _, file := range []string{"server.toml", "up.toml", "gateway.toml"} {
		a := readApp(t, file)
		if _, ok := stages[a.Build.Target]; !ok || a.Build.Dockerfile != "Dockerfile" {
			t.Errorf("%s: there is no target %s in %s", file, a.Build.Target, a.Build.Dockerfile)
		}
	}
	if !slices.ContainsFunc(stages["build"].copies, func(c copied) bool { return c.from == "ui" && c.to == "ui/dist" }) {
		t.Error("the program of the images is built without its user interface")
	}
	ignore, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Split(string(ignore), "\n")
	for name, s := range stages {
		for _, c := range s.copies {
			if c.from != "" {
				if _, ok := stages[c.from]; !ok {
					t.Errorf("%s copies from %s, which is no stage", name, c.from)
				}
				continue
			}
			for _, source := range c.sources {
				if _, err := os.Stat(filepath.Join(root, source)); err != nil {
					t.Errorf("%s copies %s: %v", name, source, err)
				}
				if !slices.ContainsFunc(kept, func(line string) bool {
					keep, ok := strings.CutPrefix(line, "!")
					return ok && (source == keep || strings.HasPrefix(source, keep+"/"))
				}) {
					t.Errorf("%s copies %s, which .dockerignore keeps from the builder", name, source)
				}
			}
		}
		for variable := range s.env {
			if strings.HasPrefix(variable, "REEVE_") && !names[variable] {
				t.Errorf("%s sets %s, which the program does not read", name, variable)
			}
		}
	}
}
