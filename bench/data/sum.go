package data

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Checked is [File] that holds the bytes of the file against a checksum beside it, in a file of the same name with
// ".xxh64" behind, and makes the file again where they differ, as they do when a disk or a person has changed it. Where
// there is no checksum yet, the file is generated a second time, to nowhere, to have one.
func Checked(k Kind) (path string, err error) {
	if path, err = File(k); err != nil {
		return "", err
	}
	want, err := wanted(path, k)
	if err != nil {
		return "", fmt.Errorf("data: checksum of %s: %w", k.Name(), err)
	}
	for range 2 {
		got, err := sumOf(path)
		if err != nil {
			return "", fmt.Errorf("data: %w", err)
		}
		if got == want {
			return path, nil
		}
		if err := create(path, k); err != nil {
			return "", fmt.Errorf("data: make %s again: %w", k.Name(), err)
		}
	}
	return "", fmt.Errorf("data: %s is not what its checksum says, although it was made again: remove %s.xxh64", k.Name(), path)
}

// wanted is the checksum that a file must have.
func wanted(path string, k Kind) (string, error) {
	beside := path + ".xxh64"
	text, err := os.ReadFile(beside)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	h := xxhash.New()
	if _, err := k.WriteTo(h); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(h.Sum(nil))
	return sum, os.WriteFile(beside, []byte(sum+"\n"), 0o666)
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := xxhash.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
