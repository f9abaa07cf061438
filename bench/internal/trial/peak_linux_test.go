package trial

import "testing"

func TestHighWater(t *testing.T) {
	if n, err := highWater("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n"); n != 1234<<10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, wrong := range []string{"", "VmHWM:", "VmHWM:\t12 MB\n", "VmHWM:\tx kB\n"} {
		if _, err := highWater(wrong); err == nil {
			t.Errorf("%q has a peak", wrong)
		}
	}
}
