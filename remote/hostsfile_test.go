package remote

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseHosts(t *testing.T) {
	const text = `
# the rack
node1
	node2 slots=8   dir=/scratch/ann # the large one
ann@pi:2222 binary="my programs/count-arm64" dir="~/a \"b\""
ssh://bob@node3:22
node4 direct=node4.lan:7000
node5 direct=fd00::5
node6 direct=:7000
`
	got, err := ParseHosts("hosts", strings.NewReader(text))
	want := []Host{
		{Address: "node1"},
		{Address: "node2", Slots: 8, Dir: "/scratch/ann"},
		{Address: "ann@pi:2222", Binary: "my programs/count-arm64", Dir: `~/a "b"`},
		{Address: "ssh://bob@node3:22"},
		{Address: "node4", Direct: "node4.lan:7000"},
		{Address: "node5", Direct: "fd00::5"},
		{Address: "node6", Direct: ":7000"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestParseHostsErrors(t *testing.T) {
	for line, want := range map[string]string{
		"node slots=0":           "slots=0: not a number from 1 to 65536",
		"node slots=many":        "slots=many: not a number from 1 to 65536",
		"node slot=1":            "unknown slot=; there are slots=, dir=, binary= and direct=",
		"node dir=":              "dir= without a value",
		"node dir=a dir=b":       "dir= stands there twice",
		"node direct=a:0":        "direct=a:0: the port is not a number from 1 to 65535",
		"node direct=a:b:1":      "direct=a:b:1: not ADDRESS, ADDRESS:PORT or :PORT",
		"node direct=a/24":       "direct=a/24: not an IP address or a name",
		"node 8":                 `"8" follows the address, which is not one of slots=, dir=, binary= and direct=`,
		"-oProxyCommand=x":       `the address "-oProxyCommand=x" looks like an option`,
		"slots=8 node":           "a host begins with its address, and not with slots=8",
		`node dir="/a b`:         `a quote does not end, or what it has is not as in Go: "/a b`,
		strings.Repeat("x", 1e5): "bufio.Scanner: token too long",
	} {
		hosts, err := ParseHosts("hosts.txt", strings.NewReader("ok\n\n"+line+"\n"))
		if err == nil || err.Error() != "hosts.txt:3: "+want || hosts != nil {
			t.Errorf("%.40s: %v, %v", line, hosts, err)
		}
	}
}

func FuzzParseHosts(f *testing.F) {
	f.Add("node slots=8 dir=\"a b\" # x\n\nann@pi:22 binary=x")
	f.Fuzz(func(t *testing.T, text string) {
		hosts, err := ParseHosts("hosts", strings.NewReader(text))
		if err != nil && !strings.HasPrefix(err.Error(), "hosts:") {
			t.Error(err)
		}
		for _, h := range hosts {
			if h.Address == "" || h.Address[0] == '-' || h.Slots < 0 {
				t.Errorf("%+v", h)
			}
		}
	})
}

func TestHostsFlag(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(file, []byte("node1 slots=2\nnode2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var hosts HostsFlag
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var(&hosts, "hosts", "")
	if err := flags.Parse([]string{"-hosts", file, "-hosts", "ann@a,b:22", "-hosts=c"}); err != nil {
		t.Fatal(err)
	}
	if hosts.String() != "node1,node2,ann@a,b:22,c" || hosts[0].Slots != 2 {
		t.Errorf("%v", hosts)
	}
	for _, bad := range []string{file + "2", "a,,b", "-v", os.DevNull} {
		if err := flags.Parse([]string{"-hosts", bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
