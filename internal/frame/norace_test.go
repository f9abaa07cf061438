//go:build !race

package frame

// raceEnabled tells that memory is used for other things too.
const raceEnabled = false
