package spill_test

import (
	"fmt"
	"time"

	"anabranch.dev/spill"
)

func ExampleCodecFor() {
	type Job struct {
		Name  string
		Took  time.Duration
		Steps []string
	}
	codec, err := spill.CodecFor[Job]()
	if err != nil {
		fmt.Println(err)
		return
	}
	b := codec.Append(nil, Job{"build", 90 * time.Second, []string{"fetch", "compile"}})
	b = codec.Append(b, Job{Name: "test"})
	for len(b) > 0 {
		job, n, err := codec.Decode(b)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%+v in %d bytes\n", job, n)
		b = b[n:]
	}

	_, err = spill.CodecFor[map[string]chan Job]()
	fmt.Println(err)
	// Output:
	// {Name:build Took:1m30s Steps:[fetch compile]} in 29 bytes
	// {Name:test Took:0s Steps:[]} in 14 bytes
	// map[string]chan spill_test.Job[value]: a chan has no value that can be written
}
