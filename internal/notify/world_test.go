package notify

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// asked is a request that arrived in the world.
type asked struct {
	method, url string
	header      http.Header
	body        string
}

// world stands for all services: every connection of its sender ends here, whatever
// the address, over TLS if it is begun so, with a certificate of the name that is asked for.
type world struct {
	*Sender
	mu    sync.Mutex // held for asked
	asked []asked
	// answer is what the services say; they say "ok" when it is nil.
	answer http.HandlerFunc
}

// bodyHeader is where an answer finds what was sent.
const bodyHeader = "X-Body"

// newWorld makes a world and a sender in it.
func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	w := &world{}
	roots, certify := authority(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		scheme := "http"
		if _, ok := r.Context().Value(http.LocalAddrContextKey).(secureAddr); ok {
			scheme = "https"
		}
		w.mu.Lock()
		w.asked = append(w.asked, asked{r.Method, scheme + "://" + r.Host + r.URL.RequestURI(), r.Header.Clone(), string(body)})
		w.mu.Unlock()
		if w.answer != nil {
			r.Header.Set(bodyHeader, string(body))
			w.answer(rw, r)
			return
		}
		ok(rw, r)
	})}
	go func() { _ = server.Serve(&eitherListener{l, &tls.Config{GetCertificate: certify}}) }()
	t.Cleanup(func() { _ = server.Close() })
	o.Clock, o.Roots = clock.NewManual(now), roots
	w.Sender = New(o)
	w.connect = func(ctx context.Context, _ string, _ bool) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
	return w
}

// eitherListener takes connections over TLS and without.
type eitherListener struct {
	net.Listener
	config *tls.Config
}

func (l *eitherListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	begun := bufio.NewReader(c)
	first, err := begun.Peek(1)
	peeked := &peekedConn{c, begun}
	if err != nil || first[0] != 22 { // a handshake
		return peeked, nil
	}
	return &secureConn{tls.Server(peeked, l.config)}, nil
}

type peekedConn struct {
	net.Conn
	begun *bufio.Reader
}

func (c *peekedConn) Read(p []byte) (int, error) { return c.begun.Read(p) }

// secureConn hides that it is of TLS, since a server only takes that of its own
// listener, and says so by its address.
type secureConn struct{ net.Conn }

type secureAddr struct{ net.Addr }

func (c *secureConn) LocalAddr() net.Addr { return secureAddr{c.Conn.LocalAddr()} }

// authority makes certificates of all names, and who trusts them.
func authority(t *testing.T) (*x509.CertPool, func(*tls.ClientHelloInfo) (*tls.Certificate, error)) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	make := func(name string, parent *x509.Certificate) ([]byte, error) {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: parent == nil,
			BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = []net.IP{ip}
		} else {
			template.DNSNames = []string{name}
		}
		if parent == nil {
			parent = template
		}
		return x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
	}
	root, err := make("root.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	parent, err := x509.ParseCertificate(root)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parent)
	return pool, func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := hello.ServerName
		if name == "" {
			name = "127.0.0.1"
		}
		leaf, err := make(name, parent)
		return &tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: key}, err
	}
}
