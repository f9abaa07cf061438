package df

import (
	"anabranch.dev/exec"
)

// A WriteOption says how files are written.
type WriteOption func(*writeConfig)

type writeConfig struct{ partBytes int64 }

// PartBytes sets how many bytes of lines each part has before the next one
// begins, where [WriteLines] writes parts; the default is 256 MiB.
func PartBytes(n int64) WriteOption {
	if n < 1 {
		misuse("PartBytes", "%d bytes: at least one is needed", n)
	}
	return func(c *writeConfig) { c.partBytes = n }
}

// WriteLines writes every row, and "\n" after it, to a file, and gives what was
// written as its only row. The rows are written in the order of the stream. A
// path that ends in .gz or .zst is compressed; [Stdin] is standard output.
//
// A path with a verb such as %04d stands for numbered parts, from 0: the rows of
// each follow on those of the part before, and each is a row of the result. Parts
// that an earlier run has left behind the last one are removed.
//
// The file is written under a temporary name beside its own, and is given its
// name, durably, when the whole run has succeeded: a run that fails leaves the
// file that was there before untouched. A pipe or a device is written in place.
func WriteLines[S ~string](s Stream[S], path string, options ...WriteOption) Stream[File] {
	if path == "" {
		misuse("WriteLines", "the path is empty")
	}
	c := writeConfig{partBytes: 256 << 20}
	for _, o := range options {
		if o == nil {
			misuse("WriteLines", "nil option")
		}
		o(&c)
	}
	body := exec.WriteLines[S](path)
	if exec.IsParts(path) {
		body = exec.WriteParts[S](path, c.partBytes)
	}
	return written("write lines", path, body, s.in("WriteLines"))
}
