//go:build !unix

package remote

import "os/exec"

func ownGroup(*exec.Cmd) {}

func noTerminal(*exec.Cmd) {}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may have ended
}

func ignoreBrokenPipe() {}
