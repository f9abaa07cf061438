package remote_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
)

// planDriverEnv makes a process that runs this binary the driver of a plan on the file
// that it names.
const planDriverEnv = "ANABRANCH_TEST_PLAN_DRIVER"

func init() {
	if path := os.Getenv(planDriverEnv); path != "" && os.Getenv(remote.PeerEnv) == "" {
		remote.Main()
		fmt.Println(drivePlans(path))
		os.Exit(1)
	}
}

// drivePlans prints the processes of its peers, and runs plans on them without end.
func drivePlans(path string) error {
	ctx := context.Background()
	c, err := remote.Dialer{AtLeast: 2}.Dial(ctx, remote.Local(2)...)
	if err != nil {
		return err
	}
	for _, p := range c.Peers() {
		fmt.Println(p.Process)
	}
	for {
		if _, err := df.Collect(ctx, upperSorted(path), df.On(c), df.Memory(1)); err != nil {
			return err
		}
	}
}

// TestPlanDriverKilled kills the driver in the middle of a plan: its peers end, and leave
// no file.
func TestPlanDriverKilled(t *testing.T) {
	in := newInput(t, 400_000)
	temp := t.TempDir()
	for _, after := range []time.Duration{100 * time.Millisecond, 350 * time.Millisecond, 700 * time.Millisecond} {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), planDriverEnv+"="+in.path, "TMPDIR="+temp)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var peers []string
		lines := bufio.NewScanner(out)
		for len(peers) < 2 && lines.Scan() {
			peers = append(peers, lines.Text())
		}
		time.Sleep(after)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		began := time.Now()
		if err := cmd.Wait(); len(peers) != 2 || err == nil || err.Error() != "signal: killed" {
			t.Fatalf("it had the peers %q, and ended with %v", peers, err)
		}
		for _, pid := range peers {
			for alive(pid) {
				if time.Since(began) > 8*time.Second {
					t.Fatalf("process %s has not ended", pid)
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		t.Logf("peers ended after %v", time.Since(began))
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
