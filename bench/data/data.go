// Package data makes the inputs of the benchmarks: text, measurements, records to sort, tables and keys, of a stated
// size and a stated number of distinct values or a stated order.
//
// Two ideas. Everything follows from its parameters and its seed: the same call gives the same bytes on every
// machine and for any number of cores, because a file is a sequence of chunks and each chunk has its own random
// numbers. And what is large is made once: [File] keeps it in a cache outside the repository, named by kind,
// parameters and seed, and hands out the path.
//
//	path, err := data.File(data.Words{Bytes: 1e9, Distinct: 570_000, Seed: 1})
//	keys := data.Ints(20_000_000, 10_000_000, 1)
//
// The command in bench/data/gen does the same from a shell and prints the path.
//
// It is not a source of test oracles: it knows what it drew from, not how often each value came.
package data

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// version is part of every cached name. Raise it with any change of the bytes that a generator makes.
const version = 1

// A Kind is a file that can be made from its parameters alone: [Words], [Stations], [Records], [Tera], [H2O],
// [H2OJoin] or [TPCH].
type Kind interface {
	// Name names the file by kind, parameters and seed, and may put those that belong together in a folder, with a
	// slash. Two values with the same name write the same bytes.
	Name() string
	// WriteTo writes the whole file. It panics for parameters that make no sense.
	WriteTo(w io.Writer) (int64, error)
}

// Dir is the folder where [File] keeps what it made: $ANABRANCH_DATA or, where that is empty, the folder
// "anabranch" in [os.UserCacheDir]. It need not exist yet.
func Dir() (string, error) {
	if dir := os.Getenv("ANABRANCH_DATA"); dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("data: no cache folder, set ANABRANCH_DATA: %w", err)
	}
	return filepath.Join(base, "anabranch"), nil
}

// File returns the path of k in [Dir] and makes the file first if it is not there. A file appears under its name
// only when it is complete, so an interrupted run leaves nothing that a later one would believe, and two processes
// may ask for the same file at once.
func File(k Kind) (path string, err error) {
	dir, err := Dir()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, fmt.Sprintf("v%d-%s", version, k.Name()))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("data: %w", err)
	}
	if err := create(path, k); err != nil {
		return "", fmt.Errorf("data: make %s: %w", k.Name(), err)
	}
	return path, nil
}

// create writes k under a temporary name beside path and renames it when every byte is written.
func create(path string, k Kind) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".making-*")
	if err != nil {
		return err
	}
	done := false
	defer func() { // also on a panic of WriteTo
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := k.WriteTo(f); err != nil {
		return err
	}
	if err := f.Chmod(0o666 &^ 0o022); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	done = true
	return nil
}
