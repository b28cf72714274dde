package replicas

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// restartPostgres restarts the PostgreSQL of scripts/with-postgres. It is told how to stop: "fast"
// ends sessions in order, "immediate" is a crash.
func restartPostgres(t *testing.T, mode string) {
	t.Helper()
	data := os.Getenv("REEVE_TEST_POSTGRES_DATA")
	owner, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(data)
	control := exec.Command(filepath.Join(os.Getenv("REEVE_TEST_POSTGRES_BIN"), "pg_ctl"), "restart", "-D", data, "-m", mode, "-w", "-t", "60", "-l", filepath.Join(folder, "log"))
	control.Dir = folder
	if of := owner.Sys().(*syscall.Stat_t); os.Getuid() == 0 && of.Uid != 0 { // PostgreSQL does not run as root
		control.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: of.Uid, Gid: of.Gid}}
	}
	if err := control.Run(); err != nil {
		t.Fatal(fmt.Errorf("%v: %w", control.Args, err))
	}
}
