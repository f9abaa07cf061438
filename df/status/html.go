package status

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // page.html
	"encoding/base64"
	"html/template"
	"strings"
	"time"
)

//go:embed page.html
var pageHTML string

// page draws views. Its parts "page" and "live" are the document and its main element.
var page = template.Must(template.New("").Parse(pageHTML))

// policy lets the page run and look as it is here, ask for news where it came from, and
// nothing else: what a label might bring in is not run.
var policy = strings.Join([]string{
	"default-src 'none'",
	"script-src " + hashOf("script"),
	"style-src " + hashOf("style"),
	"img-src data:", // the icon
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
}, "; ")

// hashOf is the hash of the text of an element of the page, as the template gives it.
func hashOf(element string) string {
	var text bytes.Buffer
	if err := page.ExecuteTemplate(&text, "page", &view{Style: styleOfDrawings}); err != nil {
		panic("status: page.html: " + err.Error())
	}
	_, rest, _ := strings.Cut(text.String(), "<"+element+">")
	body, _, ok := strings.Cut(rest, "</"+element+">")
	if !ok {
		panic("status: page.html has no " + element)
	}
	sum := sha256.Sum256([]byte(body))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func writePage(dst *bytes.Buffer, c *content) error {
	return page.ExecuteTemplate(dst, "page", c.view())
}

func writeLive(dst *bytes.Buffer, c *content) error {
	return page.ExecuteTemplate(dst, "live", c.view())
}

func (c *content) view() *view {
	v := &view{}
	switch {
	case c.one == nil:
		v = viewOf(c.runs)
	case c.one.State == "":
		v.One, v.Title = true, "No such run"
	default:
		v.One, v.Title = true, title(c.one)
		v.Current = append(v.Current, fullView(c.one))
	}
	v.Style = styleOfDrawings
	v.Tag, v.Now = c.etag, c.runs.Now.Format(time.TimeOnly)
	return v
}
