// Package terminal shows where a run stands: to a person, as a line that is drawn over and
// over, or to a log, as a line every few seconds.
//
// A terminal has a line for each pipeline, below those of the pipelines before it. Only one
// pipeline runs at a time, so only the last line changes, and the cursor never goes up: what
// the program prints meanwhile is never drawn over, wherever it goes, and a program that is
// killed leaves the cursor where the next one can begin.
//
//	lines in.log → count by "words"  done in 41.0 s  120 M rows  2.93 M/s  410 MB/s
//	sort by → write lines out.txt  [======    ]  62%  12.4 M rows  3.10 M/s  12s left  mem 78%
//
// [New] makes what package df has a run call. What it draws comes from two states of the run
// alone, in frame.go, so that it can be tested as text.
package terminal
