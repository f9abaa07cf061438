package df

import (
	"context"
	"iter"
	"reflect"
	"strings"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// source is a stream without inputs.
func source[T any](op, detail string, body exec.Body) Stream[T] {
	return makeNode[T](plan.Node{Op: op, Detail: detail, Kind: plan.Source}, body)
}

// FromSlice gives the elements of rows, in order. The slice is read while runs
// are under way, and must not change then; its elements are copied shallowly.
func FromSlice[T any](rows []T) Stream[T] {
	return source[T]("from slice", "", exec.FromSlice(rows))
}

// Range gives the integers from, from+1, ... up to but not including to: none
// when from is not less than to.
func Range[N exec.Integer](from, to N) Stream[N] {
	return source[N]("range", "", exec.Range(from, to))
}

// FromSeq gives the values of seq, in order. seq is called once in each run,
// and advanced by one goroutine at a time. A slow sequence is passed on as it
// comes. The run ends only after seq has yielded or returned.
func FromSeq[T any](seq iter.Seq[T]) Stream[T] {
	need("FromSeq", seq != nil)
	return source[T]("from seq", "", exec.FromSeq(func(yield func(T, error) bool) {
		for v := range seq {
			if !yield(v, nil) {
				return
			}
		}
	}))
}

// FromSeq2 is [FromSeq] for a sequence that can fail: the first error ends the
// run.
func FromSeq2[T any](seq iter.Seq2[T, error]) Stream[T] {
	need("FromSeq2", seq != nil)
	return source[T]("from seq", "", exec.FromSeq(seq))
}

// Source gives the rows of each split, in the order of splits. Splits are read
// by several workers at the same time: read is called once for each in a run,
// and the sequence that it returns may fail, which ends the run. The context
// ends with the run.
func Source[S, T any](splits []S, read func(context.Context, S) iter.Seq2[T, error]) Stream[T] {
	need("Source", read != nil)
	return source[T]("source", "", exec.Splits(splits, read))
}

// MaxLine is the longest line that sources of lines accept, in bytes. A longer
// one is an error that [ErrLineTooLong] matches.
const MaxLine = exec.MaxLine

// Stdin is the path that stands for standard input, and for standard output
// where a file is written.
const Stdin = exec.Stdin

// Lines gives the lines of files, without their line ends ("\n" or "\r\n"); the
// last line of a file need not have one. Files follow one another in the order
// of the patterns, and those that one pattern matches in the order of their
// paths. Large files are read by several workers at the same time.
//
// Patterns are those of [path/filepath.Match]; ** stands for any number of
// directories; [Stdin] is standard input. Files whose names end in .gz or .zst
// are decompressed. A pattern that matches nothing, a missing file and a
// directory are errors. Bytes are passed on as they are, UTF-8 or not.
//
// The strings share blocks of memory of about 256 KiB: a program that keeps a
// few of many lines should keep clones ([strings.Clone]).
func Lines(patterns ...string) Stream[string] {
	return lines[string]("Lines", "lines", patterns, exec.LineForm{})
}

// LineViews is [Lines] with rows that are valid only until the function that is
// given them returns: see [View]. It is the fastest way through a file.
func LineViews(patterns ...string) Stream[View] {
	return lines[View]("LineViews", "line views", patterns, exec.LineForm{Views: true})
}

// RawLines is [Lines] but for "\r" before a line end, which stays: what is written
// again is then what was read, byte for byte.
func RawLines(patterns ...string) Stream[string] {
	return lines[string]("RawLines", "raw lines", patterns, exec.LineForm{Raw: true})
}

// RawLineViews is [LineViews] as [RawLines] is [Lines].
func RawLineViews(patterns ...string) Stream[View] {
	return lines[View]("RawLineViews", "raw line views", patterns, exec.LineForm{Views: true, Raw: true})
}

func lines[S ~string](verb, op string, patterns []string, form exec.LineForm) Stream[S] {
	if len(patterns) == 0 {
		misuse(verb, "no file is named")
	}
	s := source[S](op, strings.Join(patterns, " "), exec.Lines[S](patterns, form))
	s.node.Views = reflect.TypeFor[S]() == viewType
	return s
}

// File is a file that was written, or that is to be read.
type File = exec.File

// Files gives the files that patterns name, as [Lines] would read them, without
// opening them.
func Files(patterns ...string) Stream[File] {
	if len(patterns) == 0 {
		misuse("Files", "no file is named")
	}
	return source[File]("files", strings.Join(patterns, " "), exec.Files(patterns))
}
