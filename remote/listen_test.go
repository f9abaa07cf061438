package remote

import (
	"net"
	"strings"
	"testing"
)

func TestSplitDirect(t *testing.T) {
	for setting, want := range map[string]string{
		"":                             ":0",
		"node1":                        "node1:0",
		"node1:80":                     "node1:80",
		"10.0.0.1":                     "10.0.0.1:0",
		"10.0.0.1:80":                  "10.0.0.1:80",
		"fd00::1":                      "[fd00::1]:0",
		"[fd00::1]:80":                 "[fd00::1]:80",
		":80":                          ":80",
		"node1:":                       "",
		"node1:http":                   "",
		"node1:65536":                  "",
		"[fd00::1]":                    "",
		"a b":                          "",
		"fe80::1%eth0":                 "",
		"a\n":                          "",
		"http://node1:80":              "",
		strings.Repeat("a", maxHost+1): "",
	} {
		host, port, err := splitDirect(setting)
		if got := net.JoinHostPort(host, port); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %q, %v, and not %q", setting, got, err, want)
		}
	}
}

func TestListenDirect(t *testing.T) {
	for setting, want := range map[string]string{
		"":              "127.0.0.1:",
		"127.0.0.1":     "127.0.0.1:",
		"node1.example": "node1.example:", // which leads here, as far as it knows
	} {
		l, addresses, err := listenDirect(setting)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, a := range addresses {
			found = found || strings.HasPrefix(a, want)
			if _, err := parseAddresses(appendAddresses(nil, addresses)); err != nil {
				t.Errorf("%q: %v", a, err)
			}
		}
		if !found || setting != "" && len(addresses) != 1 {
			t.Errorf("%q: %q", setting, addresses)
		}
		if at := l.Addr().(*net.TCPAddr).IP; at.IsLoopback() != (setting == "127.0.0.1") {
			t.Errorf("%q listens at %v", setting, at)
		}
		if setting == "127.0.0.1" {
			if _, _, err := listenDirect(addresses[0]); err == nil || !strings.Contains(err.Error(), "address already in use") {
				t.Error(err)
			}
		}
		_ = l.Close()
	}
}
