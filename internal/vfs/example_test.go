package vfs_test

import (
	"fmt"
	"os"

	"anabranch.dev/internal/vfs"
)

// roundTrip writes text to a temporary file and reads it back. The file is gone when it returns.
func roundTrip(disk vfs.FS, text string) (got string, err error) {
	file, err := disk.OpenFile("temp", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer func() {
		for _, e := range []error{file.Close(), disk.Remove("temp")} {
			if err == nil {
				err = e
			}
		}
	}()
	if _, err := file.Write([]byte(text)); err != nil {
		return "", err
	}
	b := make([]byte, len(text))
	_, err = file.ReadAt(b, 0)
	return string(b), err
}

func Example() {
	for n := int64(0); ; n++ {
		mem := vfs.NewMem()
		disk := vfs.NewFaulty(mem, vfs.Fault{At: n})
		_, err := roundTrip(disk, "hello")
		if !disk.Hit() {
			fmt.Println("no fault, error", err)
			break
		}
		fmt.Println(err)
		if mem.Open() > 0 || len(mem.Names()) > 0 {
			fmt.Println("left behind:", mem.Open(), mem.Names())
		}
	}
	// Output:
	// open temp: injected fault at operation 0: input/output error
	// write temp: injected fault at operation 1: input/output error
	// readat temp: injected fault at operation 2: input/output error
	// close temp: injected fault at operation 3: input/output error
	// remove temp: injected fault at operation 4: input/output error
	// left behind: 0 [temp]
	// no fault, error <nil>
}

// A run that compares what it reads sees every flipped bit.
func ExampleFault_bitFlip() {
	for n := int64(0); ; n++ {
		disk := vfs.NewFaulty(vfs.NewMem(), vfs.Fault{At: n, Kind: vfs.BitFlip, Bit: 5})
		got, err := roundTrip(disk, "hello")
		if !disk.Hit() {
			break
		}
		fmt.Println(n, disk.HitOp(), got, err)
	}
	// Output:
	// 0 write Hello <nil>
	// 1 write Hello <nil>
	// 2 readat Hello <nil>
}
