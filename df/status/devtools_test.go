package status_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a headless browser that is driven over its DevTools pipe: messages of JSON
// that end in a zero byte, on descriptors 3 and 4.
type browser struct {
	t    *testing.T
	to   *os.File
	last int

	mu struct {
		sync.Mutex
		answers map[int]chan answer
		said    []string // errors and warnings of pages
		closed  bool
	}
}

type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// newBrowser starts one, and skips the test when none is installed.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" || runtime.GOOS == "windows" {
		t.Skip("no Chromium or Chrome is installed: what the page does in a browser is not tested")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	reads, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, writes, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	cmd.ExtraFiles = []*os.File{reads, writes}
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	reads.Close()
	writes.Close()
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, to: to}
	b.mu.answers = map[int]chan answer{}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b.read(bufio.NewReader(from))
	}()
	t.Cleanup(func() {
		b.send("", "Browser.close", nil)
		_ = cmd.Wait()
		cancel()
		to.Close()
		from.Close()
		<-read
		if t.Failed() {
			for line := range strings.Lines(complaints.String()) {
				if !strings.Contains(line, "dbus") { // it does well without
					t.Logf("the browser: %s", line)
				}
			}
		}
	})
	return b
}

// read hands messages on until the pipe ends.
func (b *browser) read(from *bufio.Reader) {
	for {
		line, err := from.ReadBytes(0)
		b.mu.Lock()
		if err != nil {
			b.mu.closed = true
			for _, c := range b.mu.answers {
				close(c)
			}
			b.mu.Unlock()
			return
		}
		var m struct {
			ID     int
			Method string
			Params json.RawMessage
			answer
		}
		if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
			b.mu.said = append(b.mu.said, err.Error())
		}
		if c := b.mu.answers[m.ID]; c != nil {
			delete(b.mu.answers, m.ID)
			c <- m.answer
		}
		b.noteLocked(m.Method, m.Params)
		b.mu.Unlock()
	}
}

// noteLocked keeps what a page complains of.
func (b *browser) noteLocked(method string, params json.RawMessage) {
	switch method {
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.mu.said = append(b.mu.said, method+": "+string(params))
	case "Runtime.consoleAPICalled":
		b.mu.said = append(b.mu.said, string(params))
	}
}

// complaints are what pages have said since they were last asked for.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.mu.said
	b.mu.said = nil
	return said
}

func (b *browser) send(session, method string, params any) chan answer {
	c := make(chan answer, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	if b.mu.closed {
		close(c)
		return c
	}
	b.mu.answers[b.last] = c
	message, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params, "sessionId": session})
	if session == "" {
		message, err = json.Marshal(map[string]any{"id": b.last, "method": method, "params": params})
	}
	if err == nil {
		_, err = b.to.Write(append(message, 0))
	}
	if err != nil {
		b.t.Errorf("%s: %v", method, err)
	}
	return c
}

// call sends a command and decodes its result.
func (b *browser) call(session, method string, params any, result any) {
	b.t.Helper()
	if refused := b.ask(session, method, params, result); refused != "" {
		b.t.Fatalf("%s: %s", method, refused)
	}
}

// ask is call, and returns why the browser has refused.
func (b *browser) ask(session, method string, params any, result any) (refused string) {
	b.t.Helper()
	a, ok := <-b.send(session, method, params)
	switch {
	case !ok:
		b.t.Fatalf("%s: the browser has ended", method)
	case a.Error != nil:
		return a.Error.Message
	case result != nil:
		if err := json.Unmarshal(a.Result, result); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
	return ""
}

// tab is a window of the browser.
type tab struct {
	*browser
	session string
}

type params map[string]any

// open opens a window of a width, in a colour scheme, at a URL.
func (b *browser) open(width int, scheme, url string) *tab {
	b.t.Helper()
	var target struct{ TargetID string }
	b.call("", "Target.createTarget", params{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("", "Target.attachToTarget", params{"targetId": target.TargetID, "flatten": true}, &session)
	w := &tab{b, session.SessionID}
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		w.call(w.session, domain+".enable", nil, nil)
	}
	w.call(w.session, "Emulation.setDeviceMetricsOverride", params{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	w.call(w.session, "Emulation.setEmulatedMedia", params{"features": []params{{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}}}, nil)
	w.call(w.session, "Page.addScriptToEvaluateOnNewDocument", params{"source": `addEventListener("securitypolicyviolation", e => console.error("policy", e.violatedDirective, e.blockedURI, e.sample))`}, nil)
	w.call(w.session, "Page.navigate", params{"url": url}, nil)
	return w
}

func (w *tab) close() { w.call(w.session, "Page.close", nil, nil) }

// eval returns the value of an expression, as JSON decodes it.
func (w *tab) eval(expression string) any {
	w.t.Helper()
	v, why := w.try(expression)
	if why != "" {
		w.t.Fatalf("%s: %s", expression, why)
	}
	return v
}

// try is eval, and returns why there is no value: the expression throws, or its page has
// been left.
func (w *tab) try(expression string) (value any, why string) {
	w.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	why = w.ask(w.session, "Runtime.evaluate", params{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	return r.Result.Value, why + string(r.ExceptionDetails)
}

// follow clicks a link. The page can be left before it has answered.
func (w *tab) follow(selector string) {
	w.t.Helper()
	w.eval(fmt.Sprintf("setTimeout(() => document.querySelector(%q).click()); undefined", selector))
}

// until waits for an expression to be true: there is no value while a page is loading.
func (w *tab) until(expression string) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		if v, _ := w.try(expression); v == true {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s does not become true; the page:\n%v\n%s", expression, w.eval("document.body.innerText"), strings.Join(w.complaints(), "\n"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// shoot writes a picture of the whole page to a file.
func (w *tab) shoot(path string) {
	w.t.Helper()
	var size struct {
		CSSContentSize struct{ Width, Height float64 }
	}
	w.call(w.session, "Page.getLayoutMetrics", nil, &size)
	var shot struct{ Data string }
	w.call(w.session, "Page.captureScreenshot", params{"captureBeyondViewport": true, "clip": params{"x": 0, "y": 0, "width": size.CSSContentSize.Width, "height": size.CSSContentSize.Height, "scale": 1}}, &shot)
	picture, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(path, picture, 0o666)
	}
	if err != nil {
		w.t.Fatal(fmt.Errorf("picture: %w", err))
	}
}
