package remote

import (
	"crypto/tls"
	"crypto/x509"
	"math"
	"time"
)

// maxDER bounds certificates and keys.
const maxDER = 4 << 10

// A pass is what a peer needs to be let in by other peers, and to let them in. It
// comes from the driver, over a connection that is safe.
type pass struct {
	authority []byte    // the certificate that all others are signed by
	cert      []byte    // of the peer
	key       []byte    // of that, as PKCS #8 has it
	now       time.Time // at the driver
	listen    string    // Host.Direct
}

func (p pass) append(b []byte) []byte {
	b = appendText(b, p.authority)
	b = appendText(b, p.cert)
	b = appendText(b, p.key)
	b = appendUint(b, uint64(p.now.UnixNano()))
	return appendText(b, p.listen)
}

func parsePass(b []byte) (p pass, err error) {
	f := fields{rest: b}
	p.authority = f.text("authority", maxDER)
	p.cert = f.text("certificate", maxDER)
	p.key = f.text("key", maxDER)
	p.now = time.Unix(0, int64(f.uint("time", math.MaxInt64)))
	p.listen = string(f.text("address", maxAddress))
	if err := f.end(); err != nil {
		return pass{}, err
	}
	return p, nil
}

// config returns what both ends of a direct connection hold each other to. Its
// clock is the driver's, whatever the clock of the peer says.
func (p pass) config() (*tls.Config, error) {
	authority, err := x509.ParseCertificate(p.authority)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(p.key)
	if err != nil {
		return nil, err
	}
	known := x509.NewCertPool()
	known.AddCert(authority)
	came := time.Now()
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{p.cert}, PrivateKey: key}},
		RootCAs:      known,
		ClientCAs:    known,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		Time:         func() time.Time { return p.now.Add(time.Since(came)) },

		SessionTicketsDisabled: true, // there is one connection for each pair
	}, nil
}

// appendAddresses appends what a peer answers to its pass: where it listens.
func appendAddresses(b []byte, addresses []string) []byte {
	b = appendUint(b, uint64(len(addresses)))
	for _, a := range addresses {
		b = appendText(b, a)
	}
	return b
}

func parseAddresses(b []byte) ([]string, error) {
	f := fields{rest: b}
	n := f.uint("number of addresses", maxAddresses)
	addresses := []string{}
	for range n {
		a := string(f.text("address", maxAddress))
		if host, port, err := splitDirect(a); err != nil || host == "" || port == "0" {
			f.fail("%q is not an address", a)
		}
		addresses = append(addresses, a)
	}
	if err := f.end(); err != nil {
		return nil, err
	}
	return addresses, nil
}
