package actions

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
)

// webhookSlug is the slug of the block type that call-webhook uses.
const webhookSlug = "webhook"

// blockDocument is what the API says of a block, as far as it is needed.
type blockDocument struct {
	Name      *string         `json:"name"`
	Data      json.RawMessage `json:"data"`
	BlockType struct {
		Slug string `json:"slug"`
	} `json:"block_type"`
	BlockSchema struct {
		Capabilities []string `json:"capabilities"`
	} `json:"block_schema"`
}

// block reads the block that the action uses, secrets in clear. called is how the
// action calls it, can what it has to be able to do.
func (a *act) block(id uuid.UUID, called string, can func(*blockDocument) bool) (notify.Block, error) {
	answer, err := a.ask("GET", "/block_documents/"+id.String()+"?include_secrets=true", nil)
	if err != nil {
		return notify.Block{}, err
	}
	if answer.Status >= 300 {
		return notify.Block{}, &failed{a.reason(answer)}
	}
	var document blockDocument
	if err := json.Unmarshal(answer.Body, &document); err != nil {
		return notify.Block{}, fail("The %s block was invalid: %v", called, err)
	}
	block := notify.Block{Slug: document.BlockType.Slug, Data: document.Data}
	if document.Name != nil {
		block.Name = *document.Name
		a.out.Loaded, a.out.Block = block.Slug, prefect.Resource{
			prefect.ResourceID: "prefect.block-document." + id.String(), prefect.ResourceName: block.Name}
	}
	if !can(&document) {
		return notify.Block{}, fail("The referenced block was not a %s block", called)
	}
	a.about("prefect.block-document", id.String(), "block", block.Name)
	a.about("prefect.block-type", block.Slug, "block-type", "")
	return block, nil
}

func (a *act) sendNotification() error {
	n := a.Action.Notification
	block, err := a.block(n.BlockDocumentID, "notification", func(d *blockDocument) bool {
		return notify.Can(d.BlockType.Slug) || slices.Contains(d.BlockSchema.Capabilities, "notify")
	})
	if err != nil {
		return err
	}
	texts, err := a.render(n.Subject, n.Body)
	if err != nil {
		return err
	}
	answer, err := a.Notifier.Notify(a.ctx, block, a.message(texts[0], texts[1]))
	a.out.Status, a.out.Text = answer.Status, answer.Text
	return sent(err)
}

func (a *act) callWebhook() error {
	w := a.Action.Webhook
	block, err := a.block(w.BlockDocumentID, "webhook", func(d *blockDocument) bool { return d.BlockType.Slug == webhookSlug })
	if err != nil {
		return err
	}
	texts, err := a.render(w.Payload)
	if err != nil {
		return err
	}
	answer, err := a.Notifier.Webhook(a.ctx, block, texts[0], a.ID.String())
	a.out.Status, a.out.Text = answer.Status, answer.Text
	if answer.Status != 0 {
		a.out.Details["status_code"], a.out.Details["response_headers"] = answer.Status, answer.Headers
		a.out.Details["response_body"] = shortened(answer.Text, mostBody)
	}
	return sent(err)
}

// mostBody bounds what the event of a called webhook tells of the answer, in characters.
const mostBody = 1000

// shortened is a text with at most so many characters, of which the last three are
// dots when some were left out.
func shortened(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:most-3]) + "..."
}

// sent is how a message went that left the server.
func sent(err error) error {
	var f *notify.Failure
	if !errors.As(err, &f) {
		return err
	}
	reason := f.Sentence
	if f.Hint != "" {
		reason += ": " + f.Hint
	}
	if f.Final {
		return &failed{reason}
	}
	return &later{reason, f.RetryAfter}
}
