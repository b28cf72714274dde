package backup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/fault"
)

// Object is one thing in a bucket.
type Object struct {
	Key  string
	Size int64
}

// Bucket is where copies are kept. Keys are relative to the installation's
// prefix.
type Bucket interface {
	Put(ctx context.Context, key string, body []byte) error
	Get(ctx context.Context, key string) ([]byte, error)
	// List returns everything below a prefix that sorts after a key, sorted.
	List(ctx context.Context, prefix, after string) ([]Object, error)
	Remove(ctx context.Context, key string) error
}

const (
	// requestTime bounds one request: a piece of 8 MB at 150 KB/s.
	requestTime = time.Minute
	// mostPiece bounds what is read of an object.
	mostPiece = 64 << 20
)

// s3 is a bucket of S3-compatible storage.
type s3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// Open returns the bucket of the settings. It asks the storage for nothing. lookup
// gives environment variables, for the keys.
func Open(b config.Backup, lookup func(name string) string) (Bucket, error) {
	access, secret := lookup(b.AccessKeyEnv), lookup(b.SecretKeyEnv)
	for name, value := range map[string]string{b.AccessKeyEnv: access, b.SecretKeyEnv: secret} {
		if value == "" {
			return nil, fault.New(fault.Invalid, "the key of the backup storage %s is not set: %s", b.URL, name).
				WithHint("export %s=..., or name another variable in [backup]", name)
		}
	}
	address, err := url.Parse(b.Endpoint)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the endpoint of the backup storage is no address")
	}
	client, err := minio.New(address.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(access, secret, ""),
		Secure: address.Scheme != "http", Region: b.Region,
		MaxRetries: 1, // the caller tries again
	})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the backup storage at %s cannot be used", b.Endpoint)
	}
	bucket, prefix := b.Place()
	return &s3{client, bucket, prefix}, nil
}

func (s *s3) full(key string) string {
	if strings.HasSuffix(key, "/") {
		return path.Join(s.prefix, key) + "/"
	}
	return path.Join(s.prefix, key)
}

// Put implements Bucket.
func (s *s3) Put(ctx context.Context, key string, body []byte) error {
	ctx, stop := context.WithTimeout(ctx, requestTime)
	defer stop()
	_, err := s.client.PutObject(ctx, s.bucket, s.full(key), bytes.NewReader(body), int64(len(body)),
		minio.PutObjectOptions{ContentType: "application/gzip", DisableMultipart: true})
	return explain(err)
}

// Get implements Bucket.
func (s *s3) Get(ctx context.Context, key string) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, requestTime)
	defer stop()
	object, err := s.client.GetObject(ctx, s.bucket, s.full(key), minio.GetObjectOptions{})
	if err != nil {
		return nil, explain(err)
	}
	body, err := io.ReadAll(io.LimitReader(object, mostPiece+1))
	if err == nil && len(body) > mostPiece {
		err = errPiece
	}
	return body, explain(errors.Join(err, object.Close()))
}

// List implements Bucket.
func (s *s3) List(ctx context.Context, prefix, after string) (all []Object, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	options := minio.ListObjectsOptions{Prefix: s.full(prefix), Recursive: true}
	if after != "" {
		options.StartAfter = s.full(after)
	}
	for o := range s.client.ListObjectsIter(ctx, s.bucket, options) {
		if o.Err != nil {
			return nil, explain(o.Err)
		}
		all = append(all, Object{strings.TrimPrefix(strings.TrimPrefix(o.Key, s.prefix), "/"), o.Size})
	}
	return all, ctx.Err()
}

// Remove implements Bucket.
func (s *s3) Remove(ctx context.Context, key string) error {
	ctx, stop := context.WithTimeout(ctx, requestTime)
	defer stop()
	return explain(s.client.RemoveObject(ctx, s.bucket, s.full(key), minio.RemoveObjectOptions{}))
}

// explain says what a refusal of the storage means.
func explain(err error) error {
	if err == nil {
		return nil
	}
	var said minio.ErrorResponse
	if !errors.As(err, &said) {
		return err
	}
	switch said.Code {
	case minio.NoSuchBucket:
		return fault.Wrap(fault.Invalid, err, "the bucket %s does not exist", said.BucketName)
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch, minio.AccessDenied:
		return fault.Wrap(fault.Forbidden, err, "the storage refuses the keys (%s)", said.Code)
	}
	return err
}
