// Package remote reaches other machines for a program: it starts the program
// there as peers, and connects them with the one that was started by hand, the
// driver. A host needs nothing but a shell and a way to it, such as ssh: no
// daemon, no open port, and no copy of the program.
//
// It runs the plans of package df there, whole and with the same result:
//
//	var words = df.Func("words", func(files []string) df.Stream[df.KV[string, int64]] {
//		return df.CountBy(df.FlatMap(df.Lines(files...), strings.FieldsSeq), df.Self)
//	})
//
//	func main() {
//		remote.Main() // serves, in peers, and does not return
//		flag.Parse()
//		cluster, err := remote.Dial(ctx, remote.Host{Address: "node1"}, remote.Host{Address: "node2"})
//		if err != nil {
//			log.Fatal(err)
//		}
//		defer cluster.Close()
//		counts, err := df.Collect(ctx, words(flag.Args()), df.On(cluster))
//		...
//	}
//
// A peer makes the plan itself, from the name of the Func and its argument. What
// main does after [Main], as reading flags, has not happened there.
// docs/remote.md is the guide: what runs where, what may differ between peers, and
// what happens when one is lost.
//
// Three ideas make it work.
//
// The program ships itself. [Dial] asks a host whether it has the program, named
// by its SHA-256, sends it if not, and has it checked before each start. The next
// time nothing is sent. For a host of another system or architecture, the user
// builds the program for that and names it as [Host.Binary].
//
// One connection carries everything: the standard input and output of a process
// that a [Launcher] has started. Over it run streams, each with a window of its
// own, so that a slow reader stops its own stream and no other. Either side opens
// them; a [Header] says what for, and finds the [Handler] of the other side.
//
// Whoever is not heard of is gone. Both sides send heartbeats. A peer that is
// silent for two seconds, or whose connection ends, is lost: its streams end with
// a [PeerError], which has the last of what its processes wrote to standard error,
// and what still comes from it is dropped. Peers end when the driver does, however
// it ends.
//
// What runs plans is package exec/dist: a plan becomes tasks, which peers ask for
// when they have done one, and what a task sends is kept by the driver. So a peer
// that is lost takes nothing along but the tasks that it was at, and those run again
// elsewhere. Programs can have streams of their own beside those of plans: see
// [Service].
//
// docs/protocol.md has the bytes.
//
// The package does not reconnect: [Cluster.Add] gives a host a new peer, also while
// a plan runs. What peers send each other passes through the driver, or through its
// files where they share its machine. With [Dialer.Direct] they have connections with
// each other, of TLS 1.3, and keep what others want: then those of the tasks that a
// lost peer had done run again whose rows are still wanted.
//
// Peers are as trusted as the driver: they are the same program, run by the same
// user. What comes from them is checked nevertheless, so that an accident is an
// error and nothing worse.
package remote
