package df_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anabranch.dev/df"
)

// slowly is a plan that takes so many seconds.
func slowly(seconds int) df.Output {
	return df.Map(df.FromSlice(make([]int, seconds)), func(v int) int { time.Sleep(time.Second); return v }).Named("slow")
}

// TestWatchTerminal: what is no terminal gets a line every five seconds and in the end.
func TestWatchTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Setenv("NO_PROGRESS", "")
		var log, unlogged bytes.Buffer
		told := 0
		ctx := context.Background()
		watched := []df.Option{df.Workers(1), df.WatchTerminal(&log), df.Watch(func(df.Progress) { told++ })}
		for range 2 {
			if err := df.Run(ctx, slowly(12), watched...); err != nil {
				t.Fatal(err)
			}
		}
		lines := strings.Split(log.String(), "\n")
		if len(lines) != 7 || !strings.Contains(lines[1], `map "slow"`) || lines[2] != lines[5] || !strings.HasPrefix(lines[5], "done in 12.0 s: 12 rows") || told < 100 {
			t.Errorf("told %d times, and written\n%s", told, &log)
		}
		log.Reset()
		if err := df.Run(ctx, slowly(3), watched...); err != nil || log.Len() > 0 {
			t.Errorf("of a short run: error %v, written\n%s", err, &log)
		}
		t.Setenv("NO_PROGRESS", "1")
		if err := df.Run(ctx, slowly(12), df.WatchTerminal(&unlogged)); err != nil || unlogged.Len() > 0 {
			t.Errorf("with NO_PROGRESS: error %v, written\n%s", err, &unlogged)
		}
	})
}

// A fullDisk takes nothing.
type fullDisk struct{ calls int }

func (d *fullDisk) Write([]byte) (int, error) {
	d.calls++
	return 0, errors.New("no space left on device")
}

// TestWatchTerminalFails: what cannot be shown does not fail the run.
func TestWatchTerminalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Setenv("NO_PROGRESS", "")
		disk := &fullDisk{}
		if err := df.Run(context.Background(), slowly(20), df.Workers(1), df.WatchTerminal(disk)); err != nil || disk.calls != 1 {
			t.Errorf("%d calls, error %v", disk.calls, err)
		}
	})
}
