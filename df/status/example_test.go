package status_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/status"
)

// A page in the server of a program shows all runs that are given to it.
func Example() {
	page := status.New()
	mux := http.NewServeMux()
	mux.Handle("/debug/runs/", page)
	server := &http.Server{Addr: "localhost:8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	defer server.Close() // and go server.ListenAndServe()

	for night := range 2 {
		words := df.FromSlice([]string{"delta", "alpha", "delta"})
		err := df.Run(context.Background(), df.CountBy(words, df.Self[string]), page.Watch(fmt.Sprint("night ", night)))
		if err != nil {
			fmt.Println("error:", err)
		}
	}
	for _, run := range page.Runs().Recent {
		fmt.Println(run.Name, run.State)
	}
	// Output:
	// night 1 done
	// night 0 done
}

// The short form serves a page for as long as the run lasts.
func ExampleServe() {
	lines := df.Map(df.Range(0, 1000), func(n int) string { return fmt.Sprint(n) })
	n, _, err := df.First(context.Background(), lines.Count(), status.Serve("localhost:0", func(url string) {
		fmt.Fprintln(os.Stderr, "see", url)
	}))
	fmt.Println(n, err)
	// Output: 1000 <nil>
}
