// Package status shows what runs are doing, as a web page.
//
// A [Page] is an [http.Handler], to be mounted in a server that the program has, and runs
// that are given an option of it are on it:
//
//	page := status.New()
//	http.Handle("/runs/", page)
//	...
//	err := df.Run(ctx, plan, page.Watch("nightly sort"))
//
// Or one option serves the page for as long as the run lasts:
//
//	err := df.Run(ctx, plan, status.Serve("localhost:8080"))
//
// Of each run that is under way the page shows how far it has come and how long it may
// take, the plan with the rows that flow through it now, what each pipeline and operator
// has done, and what memory and disk they take; and of the last ones how they ended. It
// follows the runs while it is open. Without scripts it is a snapshot.
//
// # Beside the page
//
// Below the same path, runs.json has the same as JSON, in the form of [Runs], and metrics
// has it as OpenMetrics text, for Prometheus and others. A Page is an expvar.Var as well.
//
// # Who sees it
//
// The page tells labels, file names and errors, and it cannot change anything. It asks
// nobody who they are: [Serve] listens on the loopback interface unless it is told
// otherwise, and a program that mounts a Page elsewhere puts its own check in front. A
// request that reaches a loopback address under another name is refused, since it comes
// from a page of somebody else whose name leads there: see [Page.Hosts].
//
// # What it costs
//
// A run tells the page where it stands and goes on; everything else happens when somebody
// looks, in the goroutine that answers them. The page keeps no more than the last
// Progress of each run, a few seconds of counters of those under way, and the last 20
// runs.
//
// This is a package of its own since a program that does not import it links no code for
// networks.
package status
