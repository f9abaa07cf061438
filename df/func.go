package df

import (
	"fmt"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// Func names a function that makes a stream of an argument, so that other processes of
// the same program can make the same stream: those of a cluster, see [On]. It returns
// that function. The stream may be used as any other, and is run in this process unless
// the run says otherwise.
//
//	var wordCount = df.Func("word count", func(glob string) df.Stream[df.KV[string, int64]] {
//		return df.CountBy(df.FlatMap(df.Lines(glob), strings.FieldsSeq), df.Self)
//	})
//
//	counts, err := df.Collect(ctx, wordCount("books/*.txt"), df.On(cluster))
//
// Func is to be called while the program starts, for a variable of a package: the main
// of other processes does not come that far. For the same reason build is to depend on
// its argument alone. Flags that were read, globals that main has set and files that it
// has opened do not exist in those processes, and what they hold there instead is a
// wrong result, not an error. The argument travels as bytes, by the codec of its type
// (see [spill.CodecFor]). Func panics where that has none, and where the name is taken.
func Func[A, T any](name string, build func(A) Stream[T]) func(A) Stream[T] {
	need("Func", build != nil)
	codec, err := spill.CodecFor[A]()
	if err != nil {
		misuse("Func", "the argument of %q: %v", name, err)
	}
	before, taken := plan.Register(name, func(arg []byte) (*plan.Node, error) {
		a, n, err := codec.Decode(arg)
		if err == nil && n < len(arg) {
			err = fmt.Errorf("%d bytes are left", len(arg)-n)
		}
		if err != nil {
			return nil, fmt.Errorf("the argument of %q: %w", name, err)
		}
		return build(a).in("Func"), nil
	})
	if taken {
		misuse("Func", "there is a function %q already (%v)", name, before)
	}
	return func(a A) Stream[T] {
		n := *build(a).in("Func")
		n.Call = &plan.Call{Name: name, Arg: codec.Append(nil, a)}
		return Stream[T]{&n}
	}
}

// A Cluster is other processes that can run a plan: see package remote, whose Cluster is
// one.
type Cluster interface{ exec.Elsewhere }

// On runs the plan on a cluster: what [Func] has made runs there, and what is done with
// its rows then, as writing them to a file or handing them to the program, here.
// Operators that count rows, as [Take] and [Enumerate], run here too, and what follows
// them, up to the next operator that has rows of equal key or in order together. The
// result is the same as without.
//
// A stream that no Func has made, and what else is done with one that it has, is
// [ErrNotPortable].
//
// [Memory] and [Disk] are for each process. [Workers] is for this one: those of a peer are
// its slots.
func On(c Cluster) Option {
	if c == nil {
		misuse("On", "nil cluster")
	}
	return func(e *exec.Config) { e.Elsewhere = c }
}
