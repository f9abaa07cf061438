package df

import (
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// WriteLines writes every row, and "\n" after it, to a file, and gives what was
// written as its only row. The rows are written in the order of the stream. A
// path that ends in .gz or .zst is compressed; [Stdin] is standard output.
//
// The file is written under a temporary name beside its own, and is given its
// name, durably, when the whole run has succeeded: a run that fails leaves the
// file that was there before untouched. A pipe or a device is written in place.
func WriteLines[S ~string](s Stream[S], path string) Stream[File] {
	if path == "" {
		misuse("WriteLines", "the path is empty")
	}
	return breaker[File]("write lines", path, plan.InputOrder, exec.WriteLines[S](path), s.in("WriteLines"))
}
