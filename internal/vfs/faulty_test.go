package vfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// script does every operation once, in the order of allOps but for a few, on a Mem that holds a file "x" of the text
// "12345678". It stops at no error.
type script struct {
	mem  *Mem
	disk *Faulty
	errs map[Op]error
	read map[Op]string
}

var scriptOps = []Op{OpMkdir, OpOpen, OpStat, OpRead, OpReadAt, OpWrite, OpWriteAt, OpSync, OpChmod, OpStat, OpClose,
	OpReadDir, OpRename, OpSyncDir, OpRemove}

const (
	wrote     = "abcdefgh"
	scriptEnd = "12345678" + wrote + "ijklmnop"
)

func runScript(t *testing.T, plan ...Fault) *script {
	t.Helper()
	s := &script{mem: NewMem(), errs: map[Op]error{}, read: map[Op]string{}}
	bed{t, s.mem, ""}.write("x", "12345678")
	bed{t, s.mem, ""}.write("old", "")
	s.disk = NewFaulty(s.mem, plan...)
	note := func(op Op, err error) {
		if s.errs[op] == nil {
			s.errs[op] = err
		}
	}
	note(OpMkdir, s.disk.Mkdir("d", 0o700))
	f, err := s.disk.OpenFile("x", os.O_RDWR|os.O_CREATE, 0o600)
	note(OpOpen, err)
	_, err = s.disk.Stat("x")
	note(OpStat, err)
	if f != nil {
		buf := make([]byte, 8)
		n, err := f.Read(buf)
		note(OpRead, err)
		s.read[OpRead] = string(buf[:n])
		n, err = f.ReadAt(buf, 0)
		note(OpReadAt, err)
		s.read[OpReadAt] = string(buf[:n])
		text := []byte(wrote)
		n, err = f.Write(text)
		note(OpWrite, err)
		if n < len(text) && err == nil {
			t.Errorf("%d bytes written, no error", n)
		}
		n, err = f.WriteAt([]byte("ijklmnop"), 16)
		note(OpWriteAt, err)
		if n < 8 && err == nil {
			t.Errorf("%d bytes written, no error", n)
		}
		if string(text) != wrote {
			t.Errorf("the bytes to write have become %q", text)
		}
		note(OpSync, f.Sync())
		note(OpChmod, f.Chmod(0o640))
		_, err = f.Stat()
		note(OpStat, err)
		note(OpClose, f.Close())
	}
	_, err = s.disk.ReadDir(".")
	note(OpReadDir, err)
	note(OpRename, s.disk.Rename("x", "y"))
	note(OpSyncDir, s.disk.SyncDir("."))
	note(OpRemove, s.disk.Remove("old"))
	if s.mem.Open() > 0 {
		t.Errorf("%d open handles are left\n%s", s.mem.Open(), s.disk.Log())
	}
	return s
}

// failed returns the operations that reported an error.
func (s *script) failed() (ops []Op) {
	for op, err := range s.errs {
		if err != nil {
			ops = append(ops, op)
		}
	}
	slices.Sort(ops)
	return ops
}

func (s *script) text() string {
	files := s.mem.Files()
	return string(append(files["x"], files["y"]...))
}

func TestNoFault(t *testing.T) {
	for _, plan := range [][]Fault{
		nil,
		{{At: int64(len(scriptOps))}},
		{{At: 8, Kind: BitFlip}},
		{{At: 8, Kind: NoSpace, Always: true}},
	} {
		s := runScript(t, plan...)
		if ops := s.failed(); ops != nil || s.disk.Hit() || s.disk.HitOp() != "" {
			t.Errorf("plan %v: %v failed, hit %q", plan, ops, s.disk.HitOp())
		}
		if s.disk.Ops() != int64(len(scriptOps)) {
			t.Errorf("%d operations, want %d\n%s", s.disk.Ops(), len(scriptOps), s.disk.Log())
		}
		if s.text() != scriptEnd {
			t.Errorf("the file holds %q", s.text())
		}
	}
	var used []Op
	for _, op := range allOps {
		if slices.Contains(scriptOps, op) {
			used = append(used, op)
		}
	}
	if !slices.Equal(used, allOps) {
		t.Errorf("the script has only %v", used)
	}
}

// TestFailByPosition fails each operation of the script, and looks at what is reported and what has happened.
func TestFailByPosition(t *testing.T) {
	for _, err := range []error{nil, syscall.EACCES} {
		for n, op := range scriptOps {
			s := runScript(t, Fault{At: int64(n), Err: err})
			if !s.disk.Hit() || s.disk.HitOp() != op {
				t.Fatalf("operation %d: %q is hit, want %q\n%s", n, s.disk.HitOp(), op, s.disk.Log())
			}
			if got := s.failed(); !slices.Equal(got, []Op{op}) {
				t.Errorf("operation %d: %v failed, want %v\n%s", n, got, op, s.disk.Log())
			}
			got := s.errs[op]
			var path *fs.PathError
			var link *os.LinkError
			if errors.As(got, &path) == (op == OpRename) || errors.As(got, &link) != (op == OpRename) {
				t.Errorf("operation %d: error of type %T", n, got)
			}
			cause := err
			if cause == nil {
				cause = syscall.EIO
			}
			text := fmt.Sprintf("injected fault at operation %d: %v", n, cause)
			if !errors.Is(got, cause) || !errors.Is(got, ErrInjected) || !strings.HasSuffix(got.Error(), text) {
				t.Errorf("operation %d: error %v", n, got)
			}
			// What failed has no effect.
			_, dir := s.mem.Stat("d")
			_, old := s.mem.Stat("old")
			_, x := s.mem.Stat("x")
			if (dir != nil) != (op == OpMkdir) || (old == nil) != (op == OpRemove) || (x == nil) != (op == OpRename) {
				t.Errorf("operation %d, %s: afterwards there are %q", n, op, s.mem.Names())
			}
			text = map[Op]string{
				OpOpen:    "12345678",
				OpRead:    wrote + "\x00\x00\x00\x00\x00\x00\x00\x00ijklmnop",
				OpWrite:   "12345678\x00\x00\x00\x00\x00\x00\x00\x00ijklmnop",
				OpWriteAt: "12345678" + wrote,
			}[op]
			if text == "" {
				text = scriptEnd
			}
			if s.text() != text {
				t.Errorf("operation %d, %s: the file holds %q, want %q", n, op, s.text(), text)
			}
		}
	}
}

// TestKinds has one row for each way in which a fault strikes. Operation 0 of the script is mkdir, 1 open, 3 read,
// 4 readat, 5 write, 6 writeat.
func TestKinds(t *testing.T) {
	const zeros = "\x00\x00\x00\x00"
	const first, last = "12345678", "ijklmnop"
	tests := []struct {
		name   string
		plan   []Fault
		hit    Op
		failed []Op
		text   string // what the file holds then
		read   string // by Read
		readAt string
	}{
		{"a full disk at mkdir", []Fault{{Kind: NoSpace}}, OpMkdir, []Op{OpMkdir}, scriptEnd, first, first},
		{"at open", []Fault{{Kind: NoSpace, At: 1}}, OpOpen, []Op{OpOpen}, first, "", ""},
		{"passed on", []Fault{{Kind: NoSpace, At: 2}}, OpWrite, []Op{OpWrite}, first + zeros + zeros + last, first, first},
		{"at write", []Fault{{Kind: NoSpace, At: 5}}, OpWrite, []Op{OpWrite}, first + zeros + zeros + last, first, first},
		{"at writeat", []Fault{{Kind: NoSpace, At: 6}}, OpWriteAt, []Op{OpWriteAt}, first + wrote, first, first},
		{"from here on", []Fault{{Kind: NoSpace, At: 3, Always: true}}, OpWrite,
			[]Op{OpWrite, OpWriteAt}, first, first, first},
		{"half of a write", []Fault{{Kind: ShortWrite}}, OpWrite, []Op{OpWrite}, first + "abcd" + zeros + last, first, first},
		{"half of a writeat", []Fault{{Kind: ShortWrite, At: 6}}, OpWriteAt,
			[]Op{OpWriteAt}, first + wrote + "ijkl", first, first},
		{"a bit of a read", []Fault{{Kind: BitFlip}}, OpRead, nil, scriptEnd, "02345678", first},
		{"of a readat", []Fault{{Kind: BitFlip, At: 4, Bit: 63}}, OpReadAt, nil, scriptEnd, first, "1234567\xb8"},
		{"of a write", []Fault{{Kind: BitFlip, At: 5, Bit: 8 + 5}}, OpWrite, nil, first + "aBcdefgh" + last, first, first},
		{"of a writeat", []Fault{{Kind: BitFlip, Op: OpWriteAt, Bit: 64 + 5}}, OpWriteAt,
			nil, first + wrote + "Ijklmnop", first, first},
		{"of all", []Fault{{Kind: BitFlip, Always: true}}, OpRead,
			nil, first + "`bcdefgh" + "hjklmnop", "02345678", "02345678"},
		{"only syncs", []Fault{{Op: OpSync}}, OpSync, []Op{OpSync}, scriptEnd, first, first},
		{"two", []Fault{{Op: OpSync}, {Op: OpClose}}, OpSync, []Op{OpClose, OpSync}, scriptEnd, first, first},
		{"two at one", []Fault{{At: 6}, {At: 6}}, OpWriteAt, []Op{OpSync, OpWriteAt}, first + wrote, first, first},
		{"an error before a bit", []Fault{{At: 3, Kind: BitFlip}, {At: 3, Err: syscall.ENOSPC}}, OpRead, []Op{OpRead},
			wrote + zeros + zeros + last, "", "02345678"}, // nothing was read, so the bit flips in the next read
		{"never", []Fault{{At: 7, Kind: BitFlip}}, "", nil, scriptEnd, first, first},
		{"nothing to flip in", []Fault{{Kind: BitFlip, Op: OpSync}}, "", nil, scriptEnd, first, first},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := runScript(t, test.plan...)
			if s.disk.HitOp() != test.hit || s.disk.Hit() != (test.hit != "") {
				t.Errorf("hit %q, want %q", s.disk.HitOp(), test.hit)
			}
			if got := s.failed(); !slices.Equal(got, test.failed) {
				t.Errorf("%v failed, want %v", got, test.failed)
			}
			for _, op := range test.failed {
				if test.plan[0].Kind != Fail && !errors.Is(s.errs[op], syscall.ENOSPC) {
					t.Errorf("%s: %v", op, s.errs[op])
				}
			}
			if s.text() != test.text || s.read[OpRead] != test.read || s.read[OpReadAt] != test.readAt {
				t.Errorf("the file holds %q, want %q; read %q, want %q; readat %q, want %q", s.text(), test.text,
					s.read[OpRead], test.read, s.read[OpReadAt], test.readAt)
			}
			if t.Failed() {
				t.Log("\n" + s.disk.Log())
			}
		})
	}
}

// TestNothingToStrike holds that reads and writes of no bytes are no place for faults that need one.
func TestNothingToStrike(t *testing.T) {
	disk := NewFaulty(NewMem(), Fault{Kind: ShortWrite}, Fault{Kind: BitFlip}, Fault{Kind: NoSpace, At: 1})
	f, err := disk.OpenFile("x", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	n, err := f.Write(nil)
	m, end := f.ReadAt(make([]byte, 8), 0)
	if n != 0 || err != nil || m != 0 || end != io.EOF || disk.Hit() {
		t.Errorf("write %d, %v; read %d, %v; hit %q", n, err, m, end, disk.HitOp())
	}
	if n, err := f.Write([]byte("1")); n != 0 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("half of one byte: %d, %v", n, err)
	}
	if n, err := f.Write([]byte("1")); n != 1 || err != nil {
		t.Errorf("a byte with another bit: %d, %v", n, err)
	}
	if n, err := f.Write([]byte("1")); n != 0 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("full: %d, %v", n, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// TestErrorsFromBelow holds that errors of the file system below come through as they are.
func TestErrorsFromBelow(t *testing.T) {
	mem := NewMem(Capacity(3))
	disk := NewFaulty(mem, Fault{Kind: ShortWrite})
	b := bed{t, disk, ""}
	f, err := disk.OpenFile("x", os.O_RDWR, 0)
	if f != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, %v", f, err)
	}
	f = b.open("x", os.O_RDWR|os.O_CREATE)
	n, err := f.Write([]byte("12345678"))
	if n != 3 || !errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrInjected) {
		t.Errorf("%d, %v", n, err)
	}
	b.must(f.Close())
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) || errors.Is(err, ErrInjected) {
		t.Error(err)
	}
	if !NewFaulty(mem).UnlinksOpen() || NewFaulty(NewMem(LikeWindows())).UnlinksOpen() {
		t.Error("UnlinksOpen is not that of the file system below")
	}
}

func TestLog(t *testing.T) {
	s := runScript(t,
		Fault{At: 3, Kind: ShortWrite},
		Fault{At: 3, Kind: BitFlip, Bit: 9},
		Fault{At: 12, Err: syscall.EACCES})
	want := []string{
		"0 mkdir d",
		"1 open x",
		"2 stat x",
		"3 read x, 8 bytes <- injected: bit 9 flipped",
		"4 readat x, 8 bytes at 0",
		"5 write x, 8 bytes <- injected: half of it, then " + syscall.ENOSPC.Error(),
		"6 writeat x, 8 bytes at 16",
		"7 sync x",
		"8 chmod x",
		"9 stat x",
		"10 close x",
		"11 readdir .",
		"12 rename x to y <- injected: " + syscall.EACCES.Error(),
		"13 syncdir .",
		"14 remove old",
	}
	var got []string
	for line := range strings.Lines(s.disk.Log()) {
		got = append(got, strings.TrimSpace(line))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	text := "rename x y: injected fault at operation 12: " + syscall.EACCES.Error()
	if got := fmt.Sprint(s.errs[OpRename]); got != text {
		t.Errorf("%s, want %s", got, text)
	}
}

func TestWrongFaultsPanic(t *testing.T) {
	for _, fault := range []Fault{
		{At: -1},
		{Kind: BitFlip, Bit: -1},
		{Kind: -1},
		{Kind: BitFlip + 1},
		{Op: "seek"},
		{Kind: NoSpace, Err: io.EOF},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "vfs: ") {
					t.Errorf("%+v: %q", fault, text)
				}
			}()
			NewFaulty(NewMem(), fault)
		}()
	}
}

// TestFaultsAmongMany has many goroutines at work. Each fault strikes one of them, once, or all from it on.
func TestFaultsAmongMany(t *testing.T) {
	const workers, rounds = 8, 50
	for _, test := range []struct {
		fault Fault
		wrong func(int) bool // errors or wrong bytes
	}{
		{Fault{At: 100}, func(n int) bool { return n == 1 }},
		{Fault{At: 100, Kind: ShortWrite}, func(n int) bool { return n == 1 }},
		{Fault{At: 100, Kind: BitFlip, Op: OpReadAt}, func(n int) bool { return n == 1 }},
		{Fault{At: 100, Kind: BitFlip, Op: OpWriteAt}, func(n int) bool { return n == 1 }},
		{Fault{At: 100, Always: true}, func(n int) bool { return n > 500 }},
		{Fault{At: 1e6}, func(n int) bool { return n == 0 }},
	} {
		mem := NewMem()
		disk := NewFaulty(mem, test.fault)
		f := bed{t, disk, ""}.open("x", os.O_RDWR|os.O_CREATE)
		var mu sync.Mutex
		var wg sync.WaitGroup
		wrong := 0
		for w := range workers {
			wg.Go(func() {
				text, buf := []byte("12345678"), make([]byte, 8)
				for i := range int64(rounds) {
					at := 8 * (i*workers + int64(w))
					_, err1 := f.WriteAt(text, at)
					_, err2 := f.ReadAt(buf, at)
					mu.Lock()
					if err1 != nil || err2 != nil || !bytes.Equal(text, buf) {
						wrong++
					}
					mu.Unlock()
					_ = disk.Hit()
				}
			})
		}
		wg.Wait()
		_ = f.Close()
		if test.fault.Always {
			wrong = strings.Count(disk.Log(), "injected")
		}
		if !test.wrong(wrong) || disk.Ops() != 2*workers*rounds+2 || mem.Open() != 0 {
			t.Errorf("%+v: %d things wrong after %d operations, %d open", test.fault, wrong, disk.Ops(), mem.Open())
		}
	}
}
