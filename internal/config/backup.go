package config

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Backup is the [backup] of reeve.toml: how the databases are kept safe, that of
// the server and the gateway's inbox.
type Backup struct {
	// Keep is how many snapshots, and how many databases that a restore put
	// aside, are kept beside a database, 5 by default.
	Keep int `toml:"keep"`
	// URL is where every change is sent to, "s3://bucket/prefix"; "" for nowhere.
	// One installation has one prefix.
	URL string `toml:"url"`
	// Endpoint is the storage's address, https://s3.amazonaws.com by default;
	// Region is the bucket's, us-east-1 by default.
	Endpoint string `toml:"endpoint"`
	Region   string `toml:"region"`
	// AccessKeyEnv and SecretKeyEnv name the environment variables with the keys,
	// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY by default.
	AccessKeyEnv string `toml:"access_key_env"`
	SecretKeyEnv string `toml:"secret_key_env"`
	// Interval is how long a change may wait for others before it is sent, 1s by
	// default.
	Interval Span `toml:"interval"`
	// Retention is how far back the storage reaches, 7d by default: all of the
	// last hours, then one state a day.
	Retention Span `toml:"retention"`
	// Restore is "auto" when a missing or damaged database is to be replaced at
	// start by the newest good copy; "" leaves that to a person.
	Restore string `toml:"restore"`
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// Place is the bucket, and the prefix without slashes at its ends.
func (b *Backup) Place() (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(b.URL, "s3://"), "/")
	return bucket, strings.Trim(prefix, "/")
}

// KeysFrom are the names of the environment variables with the keys.
func (b *Backup) KeysFrom() (access, secret string) {
	return cmp.Or(b.AccessKeyEnv, "AWS_ACCESS_KEY_ID"), cmp.Or(b.SecretKeyEnv, "AWS_SECRET_ACCESS_KEY")
}

// finishBackup fills in defaults.
func (c *Config) finishBackup() {
	b := &c.Backup
	b.Keep = cmp.Or(b.Keep, 5)
	b.Endpoint = strings.TrimSuffix(cmp.Or(b.Endpoint, "https://s3.amazonaws.com"), "/")
	if !strings.Contains(b.Endpoint, "://") {
		b.Endpoint = "https://" + b.Endpoint
	}
	b.Region = cmp.Or(b.Region, "us-east-1")
	b.AccessKeyEnv, b.SecretKeyEnv = b.KeysFrom()
	b.Interval = cmp.Or(b.Interval, Span(time.Second))
	b.Retention = cmp.Or(b.Retention, Span(7*24*time.Hour))
}

func (b *Backup) check() error {
	bucket, _ := b.Place()
	address, err := url.Parse(b.Endpoint)
	switch {
	case b.Keep < 0:
		return &malformed{"keep is negative", "give 1 or more, or leave it out"}
	case b.URL != "" && (!strings.HasPrefix(b.URL, "s3://") || !bucketName.MatchString(bucket)):
		return &malformed{fmt.Sprintf("url %q is not s3://bucket/prefix", b.URL), `write it like url = "s3://my-bucket/reeve"`}
	case err != nil || address.Path != "" && address.Path != "/" && address.Scheme != "" || address.User != nil:
		return &malformed{fmt.Sprintf("endpoint %q is not the address of a storage", hidePassword(b.Endpoint)), `write it like endpoint = "https://s3.wasabisys.com"`}
	case b.Restore != "" && b.Restore != "auto":
		return &malformed{fmt.Sprintf("restore %q is not known", b.Restore), `give "auto", or leave it out`}
	}
	return nil
}
