// Package micro measures what the library promises about speed: each job is done in several forms, one of them
// written by hand, side by side in one run.
//
// Two ideas. A form is a function from the data to the answer, and the same table of forms is the benchmark and its
// test, so nothing is measured that is not known to give the right answer. And since machines differ and are noisy,
// what counts are ratios: those of forms in one table, and those of pairs that take turns (BenchmarkMetrics,
// BenchmarkScaling, BenchmarkLimit).
//
//	go test -bench . ./bench/micro                            # everything, small: a few minutes
//	go test -bench 'Chain/int64' -count 10 ./bench/micro      # for benchstat
//	go test -bench Limit -timeout 1h ./bench/micro -size 1g   # the sizes that the figures in the documents are of
//
// The flag -size is the size of the text inputs in bytes, and numbers of rows and keys grow with it. Inputs are made
// once and kept outside the repository, see [anabranch.dev/bench/data].
//
// # Profile-guided optimisation
//
// Go compiles a call through a function value into the function's own code where a profile says which function it
// is mostly, and the loops of the library are made for that. For a program of your own put the profile of a typical
// run into its main package as default.pgo; here it is
//
//	go test -bench 'Chain/int64/df' -cpuprofile /tmp/chain.pgo -o /tmp/bench.test ./bench/micro
//	go test -bench 'Chain/int64' -pgo /tmp/chain.pgo ./bench/micro
//
// Functions need names for it: function literals are never put in place.
//
// # Whole programs
//
// BenchmarkLimit compares processes, from their start to their end: the programs of bench/programs, which use the
// exported API alone, against the hand-tuned ones of bench/limit, both built for the same instruction set. BenchmarkH2O
// does so for the times that examples/h2o and its counterpart tell of each question. BenchmarkBudget and BenchmarkSkew
// run the program keyed, which is an operator by key over rows that it makes, in much and in little memory, over uniform
// keys and with one that half of all rows have.
//
// It is not a comparison with other systems, which the command in folder bench makes, and not a place for benchmarks of
// single packages: those are next to what they measure.
package micro
