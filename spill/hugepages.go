package spill

// hugeLeast is how much memory adviseHuge is of use for: it holds at least one
// huge page of 2 MiB, wherever it begins.
const hugeLeast = 4 << 20
