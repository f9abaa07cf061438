// Package exec runs plans: it is the engine behind package df, and most
// programs have no reason to import it.
//
// # How a row travels
//
// A plan is a graph of nodes (internal/plan). Each node's body makes, once per
// run, a [Source], a [Step] or a [Breaker]:
//
//   - a source yields the input in morsels, pieces that one worker reads from
//     end to end;
//   - a step takes batches of rows and pushes batches of rows on;
//   - a breaker takes all of its input before it gives anything out, as an
//     aggregate does, or gives nothing out at all, as a sink does.
//
// Compile ([Run]) cuts the plan at its breakers. What lies between cuts is a
// pipeline. For each worker, a pipeline is fused from its end back to its
// sources: every step is handed the pipe of what follows and returns its own,
// so that a worker owns one chain of functions and every buffer in it. Workers
// take morsels, one at a time, and push their rows down their chain.
//
//	source ──morsel──▶ worker 1: read ▸ map ▸ filter ▸ local aggregate ─┐
//	       ──morsel──▶ worker 2: read ▸ map ▸ filter ▸ local aggregate ─┴▶ finish ─▶ next pipeline
//
// # Rules that everything here keeps
//
//   - What fusing allocates belongs to one worker.
//   - A batch is valid until Push returns. The receiver may overwrite it, and
//     never keeps it.
//   - Only [Local.Commit] touches what workers share, except for verbs that
//     observe the order of rows: these take turns, by the number of the morsel.
//   - [Breaker.Finish] runs alone, after every Commit.
//   - The bounds of morsels depend on the input alone, never on the number of
//     workers.
//   - A loop over rows is a named top-level generic function, so that a user's
//     profile-guided build can inline the user's function into it.
//   - A worker that holds the lowest morsel in flight never waits for another,
//     so that taking turns cannot deadlock.
package exec
