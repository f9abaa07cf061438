package remote

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Certificates are good from an hour before the cluster was made, for clocks that
// are not quite right, and for thirty days after that.
const (
	certBefore = time.Hour
	certAfter  = 30 * 24 * time.Hour
)

// An authority makes the certificates by which the peers of one cluster know each
// other. It is in the driver's memory, and nowhere else.
type authority struct {
	cert *x509.Certificate
	key  ed25519.PrivateKey
}

func newAuthority(now time.Time) (*authority, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "anabranch"},
		NotBefore: now.Add(-certBefore), NotAfter: now.Add(certAfter),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert: cert, key: key}, err
}

// pass makes a key and a certificate for a peer, which listens as its host says.
func (a *authority) pass(peer int, listen string) (pass, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return pass{}, err
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: fmt.Sprintf("peer %d", peer)}, // for people
		DNSNames:  []string{certName(peer)},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
	if err != nil {
		return pass{}, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	return pass{authority: a.cert.Raw, cert: cert, key: pkcs8, now: time.Now(), listen: listen}, err
}

// certName is the name of a peer in its certificate, as names of servers are.
func certName(peer int) string { return "peer-" + strconv.Itoa(peer) }

// certified returns which peer a certificate is of that the authority has made.
func certified(cert *x509.Certificate) (peer int, err error) {
	if len(cert.DNSNames) == 1 {
		peer, _ = strconv.Atoi(strings.TrimPrefix(cert.DNSNames[0], "peer-"))
	}
	if peer < 1 || cert.DNSNames[0] != certName(peer) {
		return 0, protocolError("the certificate is of no peer, but of %q", cert.DNSNames)
	}
	return peer, nil
}
