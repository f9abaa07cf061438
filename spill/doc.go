// Package spill sorts more rows than fit in memory, and writes Go values as
// bytes. It is useful alone: nothing of it needs the dataflows of package df.
//
// A [Sorter] takes rows of any type whose values can be written, and gives them
// back in order. An [Order] says which: by one key or several, each ascending or
// descending.
//
//	s, err := spill.NewSorter(spill.Asc(Order.customer).Then(spill.Desc(Order.total)), spill.Config{Memory: 1 << 30})
//	...
//	defer s.Close()
//	for o := range orders {
//		if err := s.Add(o); err != nil { ... }
//	}
//	for o, err := range s.All() { ... }
//
// # How it works
//
// Rows are kept as bytes, in large pieces of memory without pointers, so that the
// budget counts what they really take and the collector has nothing to look at.
// A [Codec], derived from the type, writes them. Beside each row lie the first
// eight bytes of its key in a form whose order is that of the keys, and sorting
// moves those alone: a radix sort, which looks at rows only where eight bytes are
// not enough.
//
// When the memory is full, the rows so far are sorted and written to a temporary
// file, as a run: blocks of about 64 KiB with checksums, compressed when that
// saves time (see docs/format.md). At the end all runs are merged at once, or, when
// there are more than the memory has room for blocks of, some before the others.
// The merge is cut into ranges of keys, by the keys that the blocks begin with, so
// that all cores merge and the first rows come before the last ones are read.
//
// Sorting is stable: rows that the order holds equal stay in the order in which
// they were added.
//
// # Temporary files
//
// They are removed as soon as they are open, so that they have no name and vanish
// with the process, however it ends. On systems that cannot do this they lie in a
// directory that the next sorter sweeps away.
//
// What is read back is checked: a flipped bit on the disk is an error, never a
// wrong row.
package spill
