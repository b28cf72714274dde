package budget

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func TestMemoryIsSharedByClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		one, two := m.Claim(), m.Claim()
		if err := one.Take(t.Context(), 60); err != nil {
			t.Fatal(err)
		}
		if err := two.Take(t.Context(), 101); !fault.Is(err, fault.TooLarge) {
			t.Errorf("more than there is: %v", err)
		}
		began := time.Now()
		if err := two.Take(t.Context(), 60); !fault.Is(err, fault.Busy) || time.Since(began) != patience {
			t.Errorf("more than is left: %v after %v", err, time.Since(began))
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		if err := two.Take(left, 60); !errors.Is(err, context.Canceled) {
			t.Errorf("for a client that left: %v", err)
		}
		time.AfterFunc(time.Second, func() { one.Keep(40) })
		if err := two.Take(t.Context(), 60); err != nil {
			t.Errorf("once some came back: %v", err)
		}
		if m.Used() != 100 {
			t.Errorf("%d bytes are held, not 100", m.Used())
		}
		one.Close()
		two.Close()
		two.Close()
		if m.Used() != 0 {
			t.Errorf("%d bytes are held by nobody", m.Used())
		}
	})
}

func TestWithoutMemoryThereIsNoBound(t *testing.T) {
	var m *Memory
	c := m.Claim()
	if err := c.Take(t.Context(), 1<<60); err != nil {
		t.Error(err)
	}
	c.Close()
}

func TestMachineMemory(t *testing.T) {
	const total = "MemTotal:        4194304 kB\nMemFree: 1 kB\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing is known":         {nil, 0},
		"no limit":                 {map[string]string{"proc/meminfo": total, "sys/fs/cgroup/memory.max": "max\n"}, 4 << 30},
		"a container":              {map[string]string{"proc/meminfo": total, "sys/fs/cgroup/memory.max": "268435456\n"}, 256 << 20},
		"a container of version 1": {map[string]string{"proc/meminfo": total, "sys/fs/cgroup/memory/memory.limit_in_bytes": "268435456\n"}, 256 << 20},
		"no limit in version 1":    {map[string]string{"proc/meminfo": total, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 4 << 30},
		"a group of its own": {map[string]string{"proc/meminfo": total, "proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/memory.max": "1000", "sys/fs/cgroup/a/b/memory.max": "max"}, 1000},
		"a group of version 1": {map[string]string{"proc/meminfo": total, "proc/self/cgroup": "3:cpu:/x\n2:memory:/a/b\n1:name=systemd:/y\n0::/z\n",
			"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "1000"}, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			machine := fstest.MapFS{}
			for path, text := range test.files {
				machine[path] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := (Machine{machine}).Memory(); got != test.want {
				t.Errorf("%d bytes, want %d", got, test.want)
			}
		})
	}
}
