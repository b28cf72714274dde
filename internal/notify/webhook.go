package notify

import "net/http"

// WebhookSlug is the type of the blocks that Webhook calls.
const WebhookSlug = "webhook"

// webhookBlock is the document of a webhook (prefect.blocks.webhook.Webhook).
type webhookBlock struct {
	Method  string `json:"method"`
	URL     string `json:"url"`
	Headers values `json:"headers"`
	Private bool   `json:"allow_private_urls"`
	Verify  bool   `json:"verify"`
}

// webhookCall is what a webhook asks: its headers and, as they are, the bytes of the
// payload. Whoever wants a Content-Type names it in the headers, as in the reference.
func webhookCall(b Block, payload string) (call, error) {
	w := webhookBlock{Method: http.MethodPost, Private: true, Verify: true}
	if err := b.read(&w); err != nil {
		return call{}, err
	}
	if err := b.need("url", w.URL); err != nil {
		return call{}, err
	}
	if len(payload) > mostPayload {
		return call{}, &Failure{Sentence: "the payload is longer than 1 MB", Hint: "make the template of the payload say less", Final: true}
	}
	return call{method: w.Method, url: w.URL, header: headers(w.Headers), body: []byte(payload), strict: !w.Private, insecure: !w.Verify}, nil
}

// mostPayload bounds the body of a request, in bytes.
const mostPayload = 1 << 20

// headers are those that a block names.
func headers(given values) http.Header {
	h := http.Header{}
	for name, value := range given {
		h.Set(name, value)
	}
	return h
}
