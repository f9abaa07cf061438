// Package df describes dataflows as typed values and runs them on all cores of
// the machine, within a budget of memory.
//
// A [Stream] is a plan for rows of one type. Sources begin one, verbs make
// another one of it, and nothing runs until a front door - [Run], [Collect],
// [All], [ForEach], [First] - is given the last of them:
//
//	words := df.FlatMap(df.Lines("books/**/*.txt"), strings.FieldsSeq)
//	counts := df.CountBy(words, strings.ToLower)
//	top := df.Top(counts, 10, df.Desc(count).Then(df.Asc(word)))
//
//	for kv, err := range df.All(ctx, top) {
//		...
//	}
//
// # Ideas
//
// Verbs that look at one row at a time ([Map], [Filter], [Expand]) are fused:
// each worker reads a piece of the input and takes batches of its rows through
// all of them. Verbs that need all rows first ([CountBy], [Top]) gather them per
// worker and put the parts together. Verbs that need the place of a row ([Take],
// [Zip]) let the workers take turns. [Explain] shows which is which.
//
// Functions that verbs are given are called from several goroutines at the same
// time. They may return errors where the verb's signature has one; a panic in
// them ends the run with a [PanicError].
//
// # Order
//
// The rows of a stream come in the order of the input, sorted, or in no order,
// as groups of equal keys do. Narrow verbs keep the order that there is; [Collect],
// [All], [ForEach] and [WriteLines] deliver in it. A plan gives the same rows
// for any number of workers, and those with an order in the same order.
//
// # Errors
//
// A run ends with the first error. It is an [*Error], which names the operator,
// the label that [Stream.Named] gave it, the file and line that asked for it, and
// where known the input and the row. Wrong use, as a nil function, panics where
// the plan is built.
//
// # Other machines
//
// A stream that a [Func] has made can run on the processes of a cluster, of this and
// other machines, by the option [On]. Package remote has the clusters.
//
// # What it is not for
//
// It is no query language and no scheduler of jobs, and does not share memory
// between programs.
package df
