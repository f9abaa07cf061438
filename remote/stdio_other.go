//go:build !linux

package remote

import "os"

// takeStdio returns the standard input and output for the session alone. What
// the program writes to os.Stdout from now on goes to standard error.
func takeStdio() (in, out *os.File, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	in, out = os.Stdin, os.Stdout
	os.Stdin, os.Stdout = null, os.Stderr
	return in, out, nil
}
