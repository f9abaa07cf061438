// Package agg holds the ready-made aggregates: counts, sums, means, extremes,
// quantiles and the like, for a whole stream, per key or per window.
//
//	type Spend struct {
//		Orders int64
//		Cents  int64
//	}
//
//	spend := df.AggregateBy(orders, customer, agg.Combine(agg.Count, agg.Sum(cents),
//		func(n, sum int64) Spend { return Spend{n, sum} }))
//
// An aggregate is a [Func]: it makes a [Def], which says how rows are folded
// into an accumulator, how accumulators of different workers are merged, and
// what is read off at the end. [Combine] runs two over the same rows, [Where]
// and [Of] choose and change the rows one sees, [Then] changes its result.
// Anything else is a Def of your own; package aggtest checks that it keeps the
// contract.
//
// Three ideas run through the package.
//
// The answer never depends on the schedule. Aggregates of floats keep exact
// fixed-point sums ([FloatSum]), so that they give the same bits for every
// number of workers and every order of rows. Those whose names begin with Fast, such as
// [FastSum], do not, take less memory and time, and are as exact as other programs are.
// Aggregates in which the order of rows matters ([First], [Collect], ties in [Top] and
// [MinBy]) go by the place of each row in the input.
//
// Accumulators are small and hold few pointers, since they lie inline in hash
// tables with millions of entries. The type of each is exported only so that
// it can be written down; its fields are private.
//
// An aggregate over no rows answers with the zero value of its result, except
// for those that are a quotient ([Mean], [Variance], [Quantiles] and so on),
// which answer NaN. A group always has a row; a whole stream, or what [Where]
// leaves of a group, may be empty. To tell "none" from "zero", combine with
// [Count].
//
// The package is not an engine: apart from [Over], which folds a slice, it runs
// nothing.
package agg
