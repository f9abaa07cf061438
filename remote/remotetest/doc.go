// Package remotetest tests what runs on the clusters of package remote: with
// peers in the process of the test, and with connections that fail on purpose.
//
//	host, wire := remotetest.Break(remotetest.Hosts(1, service)[0])
//	wire.At(12, remotetest.Kill) // the connection ends with its 12th call
//	cluster, err := remote.Dial(ctx, host)
//
// A test that goes through all calls, from the first on until none fails any
// more, has been through every step of the protocol:
//
//	for n := 0; ; n++ {
//		host, wire := remotetest.Break(...)
//		wire.At(n, remotetest.Cut)
//		... // right, or the error that is wanted
//		if !wire.Hit() {
//			break
//		}
//	}
//
// [Check] is for those who write a launcher.
package remotetest
