//go:build unix

package trial

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// usageNow is what this process has used so far.
func usageNow() (u usage, err error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return u, err
	}
	u.user = time.Duration(r.Utime.Nano()).Seconds()
	u.system = time.Duration(r.Stime.Nano()).Seconds()
	u.peak, err = ownPeak()
	return u, err
}

// asGroup has a command end with all that it has started.
func asGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		return err
	}
}
