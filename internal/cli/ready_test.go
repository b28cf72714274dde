package cli

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

func TestSystemdIsToldOfTheStart(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	if err := tellReady(socket); err == nil {
		t.Error("nobody listens, and that is no error")
	}
	listening, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listening.Close() }()
	if err := tellReady(socket); err != nil {
		t.Fatal(err)
	}
	if err := listening.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 100)
	if n, err := listening.Read(text); err != nil || string(text[:n]) != "READY=1" {
		t.Errorf("told %q, %v", text[:n], err)
	}
	if err := tellReady(""); err != nil {
		t.Errorf("without systemd: %v", err)
	}
}
