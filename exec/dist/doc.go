// Package dist runs a plan on several processes: it is what package remote does with
// plans, and knows no network.
//
// # How a plan is cut
//
// One process, the driver, has the whole run; the others, its peers, make the same plan
// and run tasks. A plan is cut where rows of different tasks meet: before a breaker. What
// lies between is a stage: an origin - a source, or a breaker that has its input - and the
// operators behind it, up to the next breakers or to the driver. A task is a piece of a
// stage: some morsels of its source, or some partitions of its breaker. It is a plan of
// its own, which package exec runs like any other, whose sources read what the driver
// leases or sends, and whose sinks send to the driver.
//
//	lines ▸ split ▸ fold by key ──edge──▶ merge groups ▸ map ──edge──▶ driver: write
//	stage 1, by morsels of the files      stage 2, by partitions of the hash
//
// An edge carries rows from tasks to tasks. Rows of equal key have the same partition in
// every process, since hashes are not seeded; for a sort, partitions are ranges of the
// order. Where an aggregate can, it folds rows before they travel.
//
// # Why nothing is lost
//
// What a task sends is kept by the driver, in memory and in temporary files, and counts
// when the task has ended well: its parcels are then those of that piece, once, whoever
// else runs it too. So a peer has nothing that is needed after a task of its has ended,
// and of a peer that is gone nothing has to be made again but what it was doing: its tasks
// go to others. A task gives the same rows each time, and rows know their place in the
// whole input, so that the result does not depend on who ran what, or how often.
//
// Parcels need not pass through the driver for that. Peers of its machine put them into
// files of the driver. Peers that can reach each other may keep those that are for other
// peers: then a peer that is gone has taken something with it, and those of its tasks are
// made again whose parcels somebody still wants.
//
// # What runs in the driver
//
// Writers, and what hands rows to the program; operators that count rows, as Take; the end
// of a whole aggregate. They are a plan of their own, which runs at the same time, whose
// sources are the edges that lead to the driver.
package dist
