package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 keeps files in a bucket of an object storage.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

var _ Store = (*S3)(nil)

// uploadPart is what is held in memory of a file whose size is not known.
const uploadPart = 16 << 20

// OpenS3 reads an address: https://KEY:SECRET@host:port/bucket/prefix?region=ru-1; http
// for one inside a closed network. It asks nothing yet.
func OpenS3(raw string) (*S3, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("the address of the storage is no URL") // its words would show the secret
	}
	secret, there := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || bucket == "" || !there || u.User.Username() == "" {
		return nil, errors.New("the address of the storage wants the form https://KEY:SECRET@host/bucket")
	}
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(u.User.Username(), secret, ""), Secure: u.Scheme == "https", Region: u.Query().Get("region"), MaxRetries: 3,
	})
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		prefix += "/"
	}
	return &S3{client: c, bucket: bucket, prefix: prefix}, nil
}

// missing turns the storage's words for «no such file» into ours.
func missing(err error) error {
	if code := minio.ToErrorResponse(err).Code; code == minio.NoSuchKey {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// Put sends the file; the storage shows it when all of it has come.
func (s *S3) Put(ctx context.Context, key string, r io.Reader) error {
	size := int64(-1)
	switch f := r.(type) {
	case *os.File:
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
	default: // a small one is sent as a whole: not every storage understands one without a size
		head, err := io.ReadAll(io.LimitReader(r, uploadPart))
		if err != nil {
			return err
		}
		if len(head) < uploadPart {
			size = int64(len(head))
		}
		r = io.MultiReader(bytes.NewReader(head), r)
	}
	done, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, r, size, minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: uploadPart})
	if err == nil && size >= 0 && done.Size != size {
		err = fmt.Errorf("the storage has taken %d of %d bytes", done.Size, size)
	}
	return err
}

// Open reads the file; seeking asks for the rest by range.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	o, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, missing(err)
	}
	if _, err := o.Stat(); err != nil {
		return nil, errors.Join(missing(err), o.Close())
	}
	return o, nil
}

// Delete removes the file.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := missing(s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{})); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Each lists the bucket.
func (s *S3) Each(ctx context.Context, before time.Time, f func(key string) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when f ends it
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		if o.LastModified.Before(before) {
			if err := f(strings.TrimPrefix(o.Key, s.prefix)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Try writes, reads and removes a small file: whether the storage is there and lets us.
func (s *S3) Try(ctx context.Context, now time.Time) error {
	key := ".probe/" + NewKey(now)
	if err := s.Put(ctx, key, strings.NewReader("d24")); err != nil {
		return err
	}
	r, err := s.Open(ctx, key)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err == nil && string(b) != "d24" {
		err = fmt.Errorf("the storage gives back something else: %.80q", b)
	}
	return errors.Join(err, s.Delete(ctx, key))
}
