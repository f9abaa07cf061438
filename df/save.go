package df

import (
	"strings"

	"anabranch.dev/exec"
)

// Save writes the rows to a file, in the order of the stream, for [Load] to read
// back: typed intermediates between two runs. It gives what was written as its
// only row. Rows are written by the codec of their type (see [Sort]), in
// compressed blocks with checksums, and the file appears as that of [WriteLines]
// does.
//
// The file is for programs in which the type of the rows is the same, on machines
// with the same size of int; another type is an error of Load.
func Save[T any](s Stream[T], path string) Stream[File] {
	if path == "" {
		misuse("Save", "the path is empty")
	}
	in := s.in("Save")
	writable[T]("Save")
	return written("save", path, exec.Save[T](path), in)
}

// Load gives the rows of files that [Save] wrote, in the order of the patterns, as
// [Lines] has it, and of the rows in each file. Several workers read a file at the
// same time. A file that is damaged or cut off is [ErrCorrupt], and one with rows
// of another type [ErrRowType].
//
// The strings and slices in rows share memory with those of other rows, as those
// of Lines do.
func Load[T any](patterns ...string) Stream[T] {
	if len(patterns) == 0 {
		misuse("Load", "no file is named")
	}
	writable[T]("Load")
	return source[T]("load", strings.Join(patterns, " "), exec.Load[T](patterns))
}
