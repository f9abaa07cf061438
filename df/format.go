package df

import (
	"strings"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// A Format is how files of one kind are read by several workers: see [FromFiles].
type Format[T any] = exec.Format[T]

// A Table is a file of a [Format] that is open.
type Table[T any] = exec.Table[T]

// A TablePiece is what is known of rows of a [Table] that one worker reads.
type TablePiece = exec.TablePiece

// FromFiles gives the rows of files of a format, in the order of the patterns, as
// [Lines] has it, and of the rows in each file. It is what packages for formats, such
// as df/parquetio, are made with: programs use those.
func FromFiles[T any](format Format[T], patterns ...string) Stream[T] {
	need("FromFiles", format.Open != nil)
	if len(patterns) == 0 {
		misuse("FromFiles", "no file is named")
	}
	n := plan.Node{Op: format.Op, Detail: strings.Join(patterns, " "), Kind: plan.Source}
	return makeNode[T](n, exec.FromFiles(format, patterns))
}
