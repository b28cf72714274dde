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
	"syscall"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/store/storetest"
)

// TestComposeAndKubernetesStart starts the server and the gateway with the commands and the
// environment that the files give them, on a real PostgreSQL, and asks them as the files'
// checks do. What differs is said here: addresses, ports and folders are this machine's,
// and the gateway keeps no workers.
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
	port := freePort(t)
	api := "http://127.0.0.1:" + port + "/api"

	server := c.Services["server"]
	environ := append(filled(t, server, secrets), "HOME="+t.TempDir(), "PREFECT_SERVER_API_HOST=127.0.0.1", "PREFECT_SERVER_API_PORT="+port, "PREFECT_API_URL="+api,
		"PREFECT_SERVER_DATABASE_HOST=127.0.0.1", "PREFECT_SERVER_DATABASE_PORT="+postgres, "PREFECT_SERVER_DATABASE_NAME="+strings.TrimPrefix(database.Path, "/"))
	start(t, binary, server.Command, environ)
	until(t, "the check of compose.yaml", func() error {
		check := exec.Command(binary, server.Check.Test[2:]...)
		check.Env = environ
		if out, err := check.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})

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

// start runs a command of an image, in which the program has another path, until the test
// ends.
func start(t *testing.T, binary string, command, environ []string) {
	t.Helper()
	if filepath.Base(command[0]) != "reeve" {
		t.Fatalf("%v is no command of ours", command)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(binary, command[1:]...)
	child.Env, child.Dir, child.Stdout, child.Stderr = environ, t.TempDir(), log, log
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = child.Process.Kill() })
		if err := child.Wait(); err != nil {
			t.Errorf("%v ended: %v", command, err)
		}
		late.Stop()
		if said, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("%v wrote:\n%s", command, said)
		}
		_ = log.Close()
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
