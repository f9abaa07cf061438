package cli

import "testing"

func TestSize(t *testing.T) {
	tests := []struct {
		text string
		want Size // 0: an error
		back string
	}{
		{"1", 1, "1"},
		{"17B", 17, "17"},
		{"64KiB", 64 << 10, "64KiB"},
		{"512MiB", 512 << 20, "512MiB"},
		{"512 MiB", 512 << 20, "512MiB"},
		{"2GiB", 2 << 30, "2GiB"},
		{"1TiB", 1 << 40, "1TiB"},
		{"1024MiB", 1 << 30, "1GiB"},
		{"2GB", 2e9, "1953125KiB"},
		{"3kB", 3000, "3000"},
		{"5MB", 5e6, "5000000"},
		{"1TB", 1e12, "976562500KiB"},
		{"9223372036854775807", 1<<63 - 1, "9223372036854775807"},
		{text: ""}, {text: "0"}, {text: "-1"}, {text: "MiB"}, {text: "1.5GiB"}, {text: "10MiBs"}, {text: "1 2"},
		{text: "9223372036854775808"}, {text: "8388608TiB"},
	}
	for _, test := range tests {
		var s Size
		if err := s.Set(test.text); (err != nil) != (test.want == 0) || s != test.want {
			t.Errorf("Set(%q): %d, %v, want %d", test.text, int64(s), err, int64(test.want))
		}
		if got := s.String(); test.want != 0 && got != test.back {
			t.Errorf("%q prints as %q, want %q", test.text, got, test.back)
		}
	}
}
