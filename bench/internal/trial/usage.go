package trial

// usage is what a process has used.
type usage struct {
	user, system float64 // seconds
	peak         int64   // bytes; 0: unknown
}
