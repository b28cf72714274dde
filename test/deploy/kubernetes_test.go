package deploy

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/reevehq/reeve/internal/config"
)

// manifest is what our Kubernetes objects say, in the keys of its API: a key that is not here
// is a mistake, or has to be looked at.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct {
		Name   string            `yaml:"name"`
		Labels map[string]string `yaml:"labels"`
	} `yaml:"metadata"`
	Rules []struct {
		APIGroups []string `yaml:"apiGroups"`
		Resources []string `yaml:"resources"`
		Verbs     []string `yaml:"verbs"`
	} `yaml:"rules"`
	RoleRef  map[string]string   `yaml:"roleRef"`
	Subjects []map[string]string `yaml:"subjects"`
	Spec     struct {
		Replicas int               `yaml:"replicas"`
		Strategy map[string]string `yaml:"strategy"`
		Selector yaml.Node         `yaml:"selector"`
		Ports    []struct {
			Name   string `yaml:"name"`
			Port   int    `yaml:"port"`
			Target string `yaml:"targetPort"`
		} `yaml:"ports"`
		Template struct {
			Metadata struct {
				Labels map[string]string `yaml:"labels"`
			} `yaml:"metadata"`
			Spec struct {
				Account    string         `yaml:"serviceAccountName"`
				Grace      int            `yaml:"terminationGracePeriodSeconds"`
				Token      bool           `yaml:"automountServiceAccountToken"`
				Links      *bool          `yaml:"enableServiceLinks"`
				Security   map[string]any `yaml:"securityContext"`
				Containers []container    `yaml:"containers"`
				Volumes    []struct {
					Name  string   `yaml:"name"`
					Empty struct{} `yaml:"emptyDir"`
				} `yaml:"volumes"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

type container struct {
	Name  string   `yaml:"name"`
	Image string   `yaml:"image"`
	Args  []string `yaml:"args"`
	Env   []struct {
		Name  string `yaml:"name"`
		Value string `yaml:"value"`
		From  struct {
			Secret struct {
				Name string `yaml:"name"`
				Key  string `yaml:"key"`
			} `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	} `yaml:"env"`
	Ports []struct {
		Name string `yaml:"name"`
		Port int    `yaml:"containerPort"`
	} `yaml:"ports"`
	Ready     probe                        `yaml:"readinessProbe"`
	Alive     probe                        `yaml:"livenessProbe"`
	Resources map[string]map[string]string `yaml:"resources"`
	Security  map[string]any               `yaml:"securityContext"`
	Mounts    []struct {
		Name string `yaml:"name"`
		Path string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type probe struct {
	Get struct {
		Path string `yaml:"path"`
		Port string `yaml:"port"`
	} `yaml:"httpGet"`
	Socket struct {
		Port string `yaml:"port"`
	} `yaml:"tcpSocket"`
	Period  int `yaml:"periodSeconds"`
	Timeout int `yaml:"timeoutSeconds"`
}

func readManifests(t *testing.T) map[string]manifest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/kubernetes/reeve.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]manifest{}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	for {
		var m manifest
		err := d.Decode(&m)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all[m.Kind+" "+m.Metadata.Name] = m
	}
}

// environment is that of a container, its secrets by their keys.
func environment(t *testing.T, c container, secrets map[string]string) (environ []string) {
	t.Helper()
	for _, v := range c.Env {
		if key := v.From.Secret.Key; key != "" {
			if v.Value = secrets[key]; v.Value == "" || v.From.Secret.Name != "reeve" {
				t.Errorf("%s is of no secret that the file says how to make", v.Name)
			}
		}
		environ = append(environ, v.Name+"="+v.Value)
	}
	return environ
}

var kubernetesSecrets = map[string]string{"auth-string": "admin:secret", "database-url": "postgresql://reeve:secret@db.example:5432/reeve"}

func TestKubernetesIsWhatTheProgramAccepts(t *testing.T) {
	all := readManifests(t)
	server, worker, service := all["Deployment reeve"], all["Deployment prefect-worker"], all["Service reeve"]
	pod := server.Spec.Template.Spec
	c := pod.Containers[0]
	settings, err := config.Load(config.Input{Environ: environment(t, c, kubernetesSecrets)})
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range settings.Warnings() {
		t.Error(warning)
	}
	if settings.Postgres() != kubernetesSecrets["database-url"] {
		t.Errorf("the server opens %s", settings.Postgres())
	}
	if port := settings.Int("server.api.port"); c.Ports[0].Port != port || service.Spec.Ports[0].Port != port || service.Spec.Ports[0].Target != c.Ports[0].Name {
		t.Errorf("the server listens on %d, its container on %v, its service on %v", port, c.Ports, service.Spec.Ports)
	}
	if server.Spec.Strategy["type"] != "Recreate" {
		t.Error("servers of two releases would use one schema")
	}
	stage := readDockerfile(t)["server"]
	if len(stage.command) == 0 || !slices.Contains(c.Args, "/bin/reeve") {
		t.Errorf("the image runs %q, the container %v", stage.command, c.Args)
	}
	for _, m := range c.Mounts {
		if !slices.ContainsFunc(pod.Volumes, func(v struct {
			Name  string   `yaml:"name"`
			Empty struct{} `yaml:"emptyDir"`
		}) bool {
			return v.Name == m.Name
		}) {
			t.Errorf("there is no volume %s", m.Name)
		}
	}
	for _, d := range []manifest{server, worker} {
		var selector struct {
			Match map[string]string `yaml:"matchLabels"`
		}
		if err := d.Spec.Selector.Decode(&selector); err != nil || selector.Match["app"] != d.Spec.Template.Metadata.Labels["app"] {
			t.Errorf("%s selects %v (%v)", d.Metadata.Name, selector, err)
		}
	}
	if links := pod.Links; links == nil || *links {
		t.Error("the service reeve would set variables that begin with REEVE_, as the program's own do")
	}
	account := worker.Spec.Template.Spec.Account
	role, binding := all["Role prefect-worker"], all["RoleBinding prefect-worker"]
	if all["ServiceAccount "+account].Kind == "" || binding.Subjects[0]["name"] != account || binding.RoleRef["name"] != role.Metadata.Name {
		t.Errorf("the worker's account %s may nothing", account)
	}
	_ = environment(t, worker.Spec.Template.Spec.Containers[0], kubernetesSecrets)
}
