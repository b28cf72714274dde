package simulation

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
)

// doc is a JSON object.
type doc map[string]any

// at is a member, by the path to it ("state.type"); nil when there is none.
func (d doc) at(path string) any {
	var found any = map[string]any(d)
	for name := range strings.SplitSeq(path, ".") {
		members, ok := found.(map[string]any)
		if !ok {
			return nil
		}
		found = members[name]
	}
	return found
}

// text is a member that is a text; "" otherwise.
func (d doc) text(path string) string {
	text, _ := d.at(path).(string)
	return text
}

// answer is what a client hears.
type answer struct {
	// status is that of HTTP, 0 when nothing was heard: the server is down, or died,
	// or the answer was lost. Whether it did what it was asked is not known then.
	status int
	body   []byte
}

// ok reports whether it was done.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// lost reports whether the client knows nothing and asks again.
func (a answer) lost() bool { return a.status == 0 || a.status == http.StatusServiceUnavailable }

// object reads an answer that is an object.
func (a answer) object() doc {
	var d map[string]any
	_ = json.Unmarshal(a.body, &d)
	return d
}

// list reads an answer that is a list of objects.
func (a answer) list() []doc {
	var d []doc
	_ = json.Unmarshal(a.body, &d)
	return d
}

// agent is how the client of the contract says who it is.
const agent = "prefect/3.9.1 (API 0.8.4)"

// ask is one request of somebody.
func (w *world) ask(who, method, path string, body any, headers ...string) answer {
	if w.server == nil {
		w.note("%s: %s %s: nobody answers", who, method, path)
		return answer{}
	}
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	request := httptest.NewRequestWithContext(w.ctx, method, "/api"+path, bytes.NewReader(text))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", agent)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.server.http.ServeHTTP(recorder, request)
	heard := answer{recorder.Code, recorder.Body.Bytes()}
	switch {
	case w.server.hold.dead:
		w.note("%s: %s %s %s: the server dies", who, method, path, text)
		return answer{}
	case heard.status >= 500 && heard.status != http.StatusServiceUnavailable:
		w.fail("the server does what it is asked", "%s %s %s: %d %s", method, path, text, heard.status, heard.body)
	case heard.status == http.StatusUnprocessableEntity || heard.status == http.StatusBadRequest:
		w.fail("the fakes ask what may be asked", "%s %s %s: %d %s", method, path, text, heard.status, heard.body)
	case !w.ending && w.draw.chance(w.climate.losses):
		w.note("%s: %s %s %s: %d, which is lost", who, method, path, text, heard.status)
		return answer{}
	}
	w.note("%s: %s %s %s: %d %.200s", who, method, path, text, heard.status, heard.body)
	return heard
}
