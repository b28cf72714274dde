package budget

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func TestEachResourceEndsTheWork(t *testing.T) {
	for name, test := range map[string]struct {
		limits Limits
		work   func(*Budget) error
		want   string
	}{
		"steps":  {Limits{Steps: 10}, func(b *Budget) error { return b.Step(11) }, "the work exceeds the limit of steps (10)"},
		"bytes":  {Limits{Bytes: 10}, func(b *Budget) error { return errors.Join(b.Take(6), b.Take(5)) }, "the work exceeds the limit of memory (10 bytes)"},
		"size":   {Limits{Bytes: 10}, func(b *Budget) error { return b.Take(1<<63 - 1) }, "the work exceeds the limit of memory (10 bytes)"},
		"depth":  {Limits{Depth: 1}, func(b *Budget) error { return errors.Join(b.Enter(), b.Enter()) }, "the work exceeds the limit of depth (1 levels)"},
		"within": {Limits{Steps: 10, Bytes: 10, Depth: 1}, func(b *Budget) error { return errors.Join(b.Step(10), b.Take(10), b.Enter()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(context.Background(), "the work", test.limits)
			defer b.Close()
			err := test.work(b)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || err.Error() != test.want {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if !fault.Is(err, fault.Invalid) || !Is(err) || b.Step(1) != b.Err() {
				t.Errorf("%v is not an error that stays and is answered with 422", err)
			}
		})
	}
}

func TestTimeEndsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(t.Context(), "the work", Limits{Time: time.Second})
		defer b.Close()
		if err := b.Step(checkEvery); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if err := b.Step(checkEvery); !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v, want an error that names the limit", err)
		}
	})
}

func TestAClientThatLeftEndsTheWork(t *testing.T) {
	ctx, leave := context.WithCancel(context.Background())
	b := New(ctx, "the work", Limits{Time: time.Hour})
	defer b.Close()
	leave()
	if err := b.Step(checkEvery); !errors.Is(err, context.Canceled) || fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want the context's error", err)
	}
}
