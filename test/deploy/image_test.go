//go:build image

package deploy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostBytes is the largest server image. With the reference's interface it is the
// largest by mostReference more.
const mostBytes, mostReference = 34_000_000, 4_000_000

// certificates is where a Debian system keeps the authorities it trusts; the
// stage build has them there.
const certificates = "/etc/ssl/certs/ca-certificates.crt"

// setting is an environment variable of the test, which make image sets.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run make image", name)
	}
	return value
}

// stagesOutput puts what the stages before the last leave into a folder each.
func stagesOutput(t *testing.T) map[string]string {
	t.Helper()
	build, bundle := t.TempDir(), t.TempDir()
	place(t, setting(t, "REEVE_BIN"), filepath.Join(build, "out/reeve"))
	place(t, certificates, filepath.Join(build, certificates))
	place(t, setting(t, "REEVE_UI"), filepath.Join(bundle, "ui"))
	for _, line := range readDockerfile(t)["bundle"].lines {
		if command, ok := strings.CutPrefix(line, "RUN find /ui "); ok {
			if out, err := exec.Command("sh", "-c", "find "+filepath.Join(bundle, "ui")+" "+command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", line, err, out)
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(build, "out/empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"build": build, "bundle": bundle}
}

// imageRoot makes a folder with exactly the files of the image that a target
// makes, and gives their size.
func imageRoot(t *testing.T, target string) (folder string, image *stage, size int64) {
	t.Helper()
	image = whole(t, readDockerfile(t), target)
	folder = t.TempDir()
	outputs := stagesOutput(t)
	for _, c := range image.copies {
		target := filepath.Join(folder, c.to)
		from := outputs[c.from]
		if c.from == "" {
			from = root
		}
		place(t, filepath.Join(from, c.sources[0]), target)
		if c.chmod != "" {
			mode, err := strconv.ParseUint(c.chmod, 8, 32)
			if err == nil {
				err = syscall.Chmod(target, uint32(mode))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if user, _, ok := strings.Cut(c.chown, ":"); ok && os.Getuid() == 0 {
			id, err := strconv.Atoi(user)
			if err == nil {
				err = os.Chown(target, id, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder, image, bytesIn(t, folder)
}

// whole is a stage with all that the stages it starts from have.
func whole(t *testing.T, stages map[string]*stage, name string) *stage {
	t.Helper()
	s := stages[name]
	if s == nil || s.base == "scratch" {
		return s
	}
	below := whole(t, stages, s.base)
	if below == nil {
		t.Fatalf("%s starts from %s, which is no stage", name, s.base)
	}
	all := *below
	all.lines = append(slices.Clone(below.lines), s.lines...)
	all.copies = append(slices.Clone(below.copies), s.copies...)
	all.env = maps.Clone(below.env)
	maps.Copy(all.env, s.env)
	all.workdir, all.user = cmp.Or(s.workdir, below.workdir), cmp.Or(s.user, below.user)
	if s.command != nil {
		all.command = s.command
	}
	return &all
}

// place copies a file or a folder.
func place(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return
	}
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, content, info.Mode().Perm())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func bytesIn(t *testing.T, folder string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// inImage is a command in the image's root, as its user.
func inImage(t *testing.T, folder string, image *stage, environ []string, command ...string) *exec.Cmd {
	t.Helper()
	id, err := strconv.Atoi(image.user)
	if err != nil || id == 0 {
		t.Fatalf("the image's user is %q", image.user)
	}
	cmd := &exec.Cmd{Path: command[0], Args: command, Dir: image.workdir, Stdout: os.Stderr, Stderr: os.Stderr, Env: environ}
	for name, value := range image.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: folder, Pdeathsig: syscall.SIGKILL,
		Credential: &syscall.Credential{Uid: uint32(id), Gid: uint32(id), NoSetGroups: os.Getuid() != 0}}
	if os.Getuid() != 0 { // a user namespace may change its root, and has one user: the image's
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

// machine is a server in the image's root.
type machine struct {
	t    *testing.T
	url  string
	run  *exec.Cmd
	time time.Duration // from start to the first answer
}

func startMachine(t *testing.T, folder string, image *stage) *machine {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	var environ []string
	for name, value := range readApp(t, "server.toml").Env {
		switch name {
		case "PREFECT_SERVER_API_PORT":
			value = strconv.Itoa(port)
		case "PREFECT_SERVER_API_HOST":
			value = "127.0.0.1"
		}
		environ = append(environ, name+"="+value)
	}
	m := &machine{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port), run: inImage(t, folder, image, environ, image.command...)}
	began := time.Now()
	if err := m.run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.kill)
	for {
		answer, err := http.Get(m.url + "/api/health")
		if err == nil {
			_ = answer.Body.Close()
			m.time = time.Since(began)
			return m
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("no answer: %v", err)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (m *machine) kill() {
	_ = m.run.Process.Kill()
	_ = m.run.Wait()
}

func (m *machine) ask(method, path string, in, out any) {
	m.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		m.t.Fatal(err)
	}
	request, err := http.NewRequest(method, m.url+"/api"+path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		m.t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	if err := json.Unmarshal(text, out); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) status(name string) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.run.Process.Pid))
	if err != nil {
		m.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestServerImage(t *testing.T) {
	folder, image, size := imageRoot(t, "server")
	t.Logf("the image's files have %.1f MB", float64(size)/1e6)
	if size > mostBytes {
		t.Errorf("the image has %d bytes, more than %d", size, mostBytes)
	}
	m := startMachine(t, folder, image)
	t.Logf("answers %v after its start; resident %s", m.time.Round(time.Millisecond), m.status("VmRSS"))
	if user := m.status("Uid"); os.Getuid() == 0 && !strings.HasPrefix(user, image.user) {
		t.Errorf("it runs as %s", user)
	}
	checkPage(m, "Reeve")
	checkZone(m)
	m.ask(http.MethodPost, "/variables/", map[string]any{"name": "kept", "value": "yes"}, &struct{}{})
	m.kill()

	m = startMachine(t, folder, image)
	var kept struct{ Value string }
	m.ask(http.MethodGet, "/variables/name/kept", nil, &kept)
	if kept.Value != "yes" {
		t.Errorf("after kill -9 the variable is %q", kept.Value)
	}
	t.Logf("answers %v after its second start", m.time.Round(time.Millisecond))
}

// TestReferenceImage has the other interface in the place of ours.
func TestReferenceImage(t *testing.T) {
	folder, image, size := imageRoot(t, "server-reference")
	t.Logf("the image's files have %.1f MB", float64(size)/1e6)
	if size > mostBytes+mostReference {
		t.Errorf("the image has %d bytes, more than %d", size, mostBytes+mostReference)
	}
	checkPage(startMachine(t, folder, image), "Prefect")
}

// checkPage loads the UI's page and the program that it names.
func checkPage(m *machine, title string) {
	m.t.Helper()
	page, _ := get(m.t, m.url+"/")
	programs := regexp.MustCompile(`src="\.?(/[^"]+\.js)"`).FindAllStringSubmatch(page, -1)
	if programs == nil || !strings.Contains(page, "<title>"+title) {
		m.t.Fatalf("the UI's page is %.900q", page)
	}
	for _, program := range programs { // for a path that it does not have, the server sends its page
		if script, kind := get(m.t, m.url+program[1]); !strings.Contains(kind, "javascript") || script == "" {
			m.t.Errorf("%s is %s: %.80q", program[1], kind, script)
		}
	}
}

// get returns what a URL answers, and its type.
func get(t *testing.T, url string) (body, kind string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), answer.Header.Get("Content-Type")
}

// checkZone has the server schedule runs for 9 o'clock in New York, in a root
// without the system's time zones.
func checkZone(m *machine) {
	m.t.Helper()
	var flow, deployment struct{ ID string }
	m.ask(http.MethodPost, "/flows/", map[string]any{"name": "f"}, &flow)
	m.ask(http.MethodPost, "/deployments/", map[string]any{"name": "d", "flow_id": flow.ID,
		"schedules": []any{map[string]any{"schedule": map[string]any{"cron": "0 9 * * *", "timezone": "America/New_York"}}}}, &deployment)
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		m.t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var runs []struct {
			At time.Time `json:"expected_start_time"`
		}
		m.ask(http.MethodPost, "/flow_runs/filter", map[string]any{"deployments": map[string]any{"id": map[string]any{"any_": []string{deployment.ID}}}}, &runs)
		if len(runs) > 0 {
			if at := runs[0].At.In(newYork); at.Hour() != 9 {
				m.t.Errorf("9 o'clock in New York is %v", at)
			}
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatal("no run was scheduled")
		}
	}
}

// TestImageTrustsItsAuthorities has the program in the image speak TLS with a
// server whose certificate is among the image's authorities.
func TestImageTrustsItsAuthorities(t *testing.T) {
	folder, image, _ := imageRoot(t, "server")
	asked := make(chan struct{}, 10)
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{} }))
	defer server.Close()
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	file, err := os.OpenFile(filepath.Join(folder, certificates), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.Write(trusted)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	status := inImage(t, folder, image, []string{"PREFECT_API_URL=" + server.URL + "/api"}, "/bin/reeve", "status")
	_ = status.Run() // the answers are empty: it fails after it has asked
	select {
	case <-asked:
	default:
		t.Error("the program in the image did not trust the certificate")
	}
}

// TestImageBuilds builds the last stage with buildah, where there is one, and
// compares what it has with the files of the other tests.
func TestImageBuilds(t *testing.T) {
	if _, err := exec.LookPath("buildah"); err != nil || os.Getuid() != 0 {
		t.Skip("no buildah for root: the image's files were looked at without it")
	}
	stage := readDockerfile(t)["server"]
	file := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(file, []byte("FROM scratch\n"+strings.Join(stage.lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	outputs, store := stagesOutput(t), t.TempDir()
	buildah := func(arguments ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "buildah", append([]string{"--root", store + "/root", "--runroot", store + "/run", "--storage-driver", "vfs"}, arguments...)...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("buildah %v: %v\n%s", arguments, err, errs.String())
		}
		return strings.TrimSpace(out.String())
	}
	buildah("build", "--isolation", "chroot", "--build-context", "build="+outputs["build"],
		"--file", file, "--tag", "reeve-server", root)
	var image struct {
		OCIv1 struct {
			Config struct {
				User string
				Cmd  []string
			}
		}
	}
	if err := json.Unmarshal([]byte(buildah("inspect", "--type", "image", "reeve-server")), &image); err != nil {
		t.Fatal(err)
	}
	if c := image.OCIv1.Config; c.User != stage.user || strings.Join(c.Cmd, " ") != strings.Join(stage.command, " ") {
		t.Errorf("the image runs %v as %q", c.Cmd, c.User)
	}
	container := buildah("from", "reeve-server")
	built := bytesIn(t, buildah("mount", container))
	if _, _, size := imageRoot(t, "server"); built != size {
		t.Errorf("the built image has %d bytes of files, the files of the other tests %d", built, size)
	}
	t.Logf("buildah's image has %.1f MB of files", float64(built)/1e6)
}
