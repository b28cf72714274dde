package deploy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestComposeAndKubernetesStart starts the servers, the load balancer and the gateway with the
// commands, the environment and the configuration that the files give them, on a real
// PostgreSQL, and asks them as the files' checks do. What differs is said here: addresses,
// ports and folders are this machine's, the load balancer is Debian's, and the gateway keeps
// no workers.
func TestComposeAndKubernetesStart(t *testing.T) {
	binary := os.Getenv("REEVE_BIN")
	if binary == "" || storetest.PostgresURL() == "" {
		t.Skip("needs the program and a PostgreSQL: make postgres")
	}
	c, secrets := readCompose(t), secretsOf(t)
	database, err := url.Parse(storetest.NewPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	postgres := forward(t, database.Query().Get("host")+"/.s.PGSQL.5432")

	servers := map[string]*process{}
	balancer := balancerConfig(t)
	for _, name := range c.serversOf() {
		s, port := c.Services[name], freePort(t)
		environ := append(filled(t, s, secrets), "HOME="+t.TempDir(), "PREFECT_SERVER_API_HOST=127.0.0.1", "PREFECT_SERVER_API_PORT="+port, "PREFECT_API_URL=http://127.0.0.1:"+port+"/api",
			"PREFECT_SERVER_DATABASE_HOST=127.0.0.1", "PREFECT_SERVER_DATABASE_PORT="+postgres, "PREFECT_SERVER_DATABASE_NAME="+strings.TrimPrefix(database.Path, "/"))
		servers[name] = start(t, binary, s.Command, environ)
		until(t, "the check of "+name, func() error {
			check := exec.Command(binary, s.Check.Test[2:]...)
			check.Env = environ
			if out, err := check.CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		})
		balancer = strings.Replace(balancer, name+":4200", "127.0.0.1:"+port, 1)
	}
	port := freePort(t)
	startBalancer(t, strings.Replace(balancer, "bind :4200", "bind 127.0.0.1:"+port, 1))
	api := "http://127.0.0.1:" + port + "/api"
	until(t, "the load balancer", func() error { return answers(api + "/health") })
	through := &client{api: api, auth: secrets["AUTH_STRING"]}
	through.websocket(t)
	through.whileServersGo(t, servers["server-2"], servers["server-3"])

	gateway := c.Services["gateway"]
	gatewayPort := freePort(t)
	config, err := filepath.Abs(filepath.Join(root, "deploy/fly/reeve.toml"))
	if err != nil {
		t.Fatal(err)
	}
	command := append(strings.Fields(strings.NewReplacer("0.0.0.0", "127.0.0.1", "4280", gatewayPort).Replace(strings.Join(gateway.Command, " "))), "--no-workers")
	start(t, binary, command, append(filled(t, gateway, secrets), "HOME="+t.TempDir(), "PREFECT_API_URL="+api, "REEVE_CONFIG="+config, "REEVE_DATABASE="+filepath.Join(t.TempDir(), "prefect.db")))
	until(t, "the gateway", func() error { return answers("http://127.0.0.1:" + gatewayPort + "/health") })

	of := readManifests(t)["Deployment reeve"].Spec.Template.Spec.Containers[0]
	port = freePort(t)
	start(t, binary, of.Args, append(environment(t, of, map[string]string{"auth-string": "admin:secret", "database-url": storetest.NewPostgres(t)}),
		"HOME="+t.TempDir(), "PREFECT_SERVER_API_HOST=127.0.0.1", "PREFECT_SERVER_API_PORT="+port))
	until(t, "the probe of Kubernetes", func() error { return answers("http://127.0.0.1:" + port + of.Ready.Get.Path) })
}

// process is one that was started.
type process struct {
	*exec.Cmd
	killed bool
	once   sync.Once
}

// start runs a command of an image, in which the program has another path, until the test
// ends.
func start(t *testing.T, binary string, command, environ []string) *process {
	t.Helper()
	if filepath.Base(command[0]) != "reeve" {
		t.Fatalf("%v is no command of ours", command)
	}
	child := exec.Command(binary, command[1:]...)
	child.Env = environ
	return run(t, child)
}

// run keeps a process until the test ends, and shows what it wrote if that failed.
func run(t *testing.T, child *exec.Cmd) *process {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	child.Dir, child.Stdout, child.Stderr = t.TempDir(), log, log
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: child}
	t.Cleanup(func() {
		p.stop(t)
		if said, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("%v wrote:\n%s", child.Args, said)
		}
		_ = log.Close()
	})
	return p
}

// stop ends a process as its host does, once.
func (p *process) stop(t *testing.T) {
	p.once.Do(func() {
		_ = p.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = p.Process.Kill() })
		defer late.Stop()
		if err := p.Wait(); err != nil && !p.killed {
			t.Errorf("%v ended: %v", p.Args, err)
		}
	})
}

func answers(url string) error {
	answer, err := http.Get(url)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}

func until(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// forward has a port stand for PostgreSQL's socket, and returns it.
func forward(t *testing.T, socket string) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("unix", socket)
			if err != nil {
				_ = from.Close()
				continue
			}
			pipe := func(a, b net.Conn) { _, _ = io.Copy(a, b); _ = a.Close(); _ = b.Close() }
			go pipe(from, to)
			go pipe(to, from)
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}
