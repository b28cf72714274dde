package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
)

func TestBackup(t *testing.T) {
	c, err := load(t, "[backup]\nurl = \"s3://b-1/pre/fix/\"\nendpoint = \"s3.wasabisys.com/\"\ninterval = \"3s\"\nsecret_key_env = \"K\"\nrestore = \"auto\"", "K=abcdefghijklmnopqrst")
	if err != nil {
		t.Fatal(err)
	}
	b := c.Backup
	bucket, prefix := b.Place()
	if bucket != "b-1" || prefix != "pre/fix" || b.Endpoint != "https://s3.wasabisys.com" || b.Keep != 5 || b.Region != "us-east-1" ||
		time.Duration(b.Interval) != 3*time.Second || time.Duration(b.Retention) != 7*24*time.Hour || b.AccessKeyEnv != "AWS_ACCESS_KEY_ID" {
		t.Errorf("%+v", b)
	}
	states := map[string]SecretState{}
	for _, s := range c.Secrets() {
		states[s.Name] = s.State()
	}
	if states["K"] != Present || states["AWS_ACCESS_KEY_ID"] != Missing {
		t.Errorf("secrets %v", states)
	}
}

func TestBackupRefusals(t *testing.T) {
	tests := map[string]struct{ text, fault, fix string }{
		"no bucket":        {`url = "s3://"`, "is not s3://bucket/prefix", "s3://my-bucket/reeve"},
		"another scheme":   {`url = "https://b/p"`, "is not s3://bucket/prefix", "s3://my-bucket/reeve"},
		"a secret":         {`secret_key = "x"`, "no such key", "secret_key_env"},
		"unknown restore":  {`restore = "always"`, `restore "always" is not known`, `"auto"`},
		"negative keep":    {`keep = -1`, "keep is negative", "1 or more"},
		"endpoint's path":  {`endpoint = "https://h/x"`, "is not the address", "wasabisys"},
		"endpoint's user":  {`endpoint = "https://u:geheim@h"`, `"https://u:**********@h" is not the address`, "wasabisys"},
		"interval of zero": {`interval = "0s"`, "is not a duration", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, "[backup]\n"+test.text)
			if err == nil || !strings.Contains(err.Error(), test.fault) || strings.Contains(err.Error(), "geheim") {
				t.Fatalf("got %v", err)
			}
			var refused *fault.Error
			if !errors.As(err, &refused) || !strings.Contains(refused.Hint, test.fix) {
				t.Errorf("hint of %v", err)
			}
		})
	}
}
