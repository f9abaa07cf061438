package human

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1.00 k"}, {Count(12345), "12.3 k"},
		{Count(999_499), "999 k"}, {Count(999_501), "1.00 M"}, {Count(4_560_000), "4.56 M"}, {Count(-1500), "-1.50 k"},
		{Count(1e15), "1000 T"},
		{Bytes(12), "12 B"}, {Bytes(99_950), "100 kB"}, {Bytes(1 << 30), "1.07 GB"}, {Bytes(9_994), "9.99 kB"},
		{Rate(1e9, 2*time.Second), "500 MB/s"}, {Rate(1, 0), "0 B/s"},
		{Duration(0), "0 µs"}, {Duration(1499), "1 µs"}, {Duration(999_600), "1.00 ms"}, {Duration(34_560_000), "34.6 ms"},
		{Duration(999_600 * time.Microsecond), "1.0 s"}, {Duration(59 * time.Second), "59.0 s"}, {Duration(59960 * time.Millisecond), "1m00s"},
		{Duration(125 * time.Second), "2m05s"}, {Duration(time.Hour - time.Millisecond), "1h00m"}, {Duration(62 * time.Minute), "1h02m"},
		{Duration(-time.Second), "-1.0 s"},
		{Percent(0), "0 %"}, {Percent(0.0001), "0.1 %"}, {Percent(0.004), "0.4 %"}, {Percent(0.0099), "1 %"}, {Percent(0.371), "37 %"}, {Percent(1), "100 %"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}
