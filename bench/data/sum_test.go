package data

import (
	"bytes"
	"os"
	"testing"
)

func TestChecked(t *testing.T) {
	t.Setenv("ANABRANCH_DATA", t.TempDir())
	k := Words{Bytes: 5000, Distinct: 100, Seed: 7}
	path, err := Checked(k)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	bad[77] ^= 1
	if err := os.WriteFile(path, bad, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Checked(k); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, good) {
		t.Error("a file that was changed is not made again")
	}
	if err := os.WriteFile(path+".xxh64", []byte("0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Checked(k); err == nil {
		t.Error("a wrong checksum is believed")
	}
}
