package services

import (
	"testing"
	"time"
)

func TestKeptIsWhatRetentionKeeps(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		config       Config
		runs, events time.Duration
	}{
		"nothing set":         {Config{}, 0, 7 * day},
		"runs too":            {Config{FlowRunRetentionOn: true}, 90 * day, 7 * day},
		"events for ever":     {Config{EventRetentionOff: true}, 0, 0},
		"times of their own":  {Config{FlowRunRetentionOn: true, FlowRunRetention: FlowRunRetentionConfig{Period: day}, EventRetention: EventRetentionConfig{Period: 2 * day}}, day, 2 * day},
		"some kinds for less": {Config{EventRetention: EventRetentionConfig{Overrides: map[string]time.Duration{"a": day}}}, 0, 7 * day},
	} {
		if runs, events := test.config.Kept(); runs != test.runs || events != test.events {
			t.Errorf("%s: %v and %v, want %v and %v", name, runs, events, test.runs, test.events)
		}
	}
}
