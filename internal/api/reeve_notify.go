package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/notify"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) reeveNotifyRoutes() []rest.Route {
	return []rest.Route{
		rest.Do(http.MethodPost, "/reeve/block_documents/{id}/test_notification", "reeve_test_notification", a.testNotification),
	}
}

// testTime bounds the test of a block, all its recipients together: whoever asks
// waits for it.
const testTime = 12 * time.Second

// notificationTest is how the test of a block went.
type notificationTest struct {
	// Block is its type and name, "slack-webhook/alerts".
	Block string `json:"block"`
	// Delivered says that the message was taken.
	Delivered bool `json:"delivered"`
	// Status and Answer are what the service said, 0 and "" when it said nothing.
	Status int    `json:"status"`
	Answer string `json:"answer"`
	// Problem is why it was not delivered, and Hint what mends that.
	Problem string `json:"problem"`
	Hint    string `json:"hint"`
	// Final says that a notification that ends so is not tried again.
	Final bool `json:"final"`
}

// testNotification sends one message as a block says.
func (a *API) testNotification(r *http.Request) (*notificationTest, error) {
	d, err := find(a, r, "Block document", func(tx *store.Tx) (*prefect.BlockDocument, error) {
		return tx.ReadBlockDocument(rest.ID(r, "id"), true)
	})
	if err != nil {
		return nil, err
	}
	b := notify.Block{Data: d.Data.Raw()}
	if d.Name != nil {
		b.Name = *d.Name
	}
	if d.BlockType != nil {
		b.Slug = string(d.BlockType.Slug)
	}
	told := d.BlockSchema != nil && slices.Contains(d.BlockSchema.Capabilities, "notify")
	if b.Slug != notify.WebhookSlug && !notify.Can(b.Slug) && !told {
		return nil, fault.New(fault.Invalid, "Blocks of the type %s send nothing.", b.Slug)
	}
	ctx, cancel := context.WithTimeout(r.Context(), testTime)
	defer cancel()
	answer, err := a.sendTest(ctx, b)
	test := &notificationTest{Block: b.Slug + "/" + b.Name, Delivered: err == nil, Status: answer.Status, Answer: answer.Text}
	var f *notify.Failure
	switch {
	case err == nil:
	case errors.As(err, &f):
		test.Problem, test.Hint, test.Final = f.Sentence, f.Hint, f.Final
	case r.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded):
		test.Problem = "it was not all sent within " + testTime.String()
	default:
		return nil, err
	}
	return test, nil
}

// sendTest sends the message, or calls the webhook with it.
func (a *API) sendTest(ctx context.Context, b notify.Block) (notify.Answer, error) {
	const subject, body = "Test of notifications", "This is a test of a block. What automations have to say arrives here."
	key := a.ids.V4().String()
	if b.Slug == notify.WebhookSlug {
		return a.config.Notify.Webhook(ctx, b, `{"message": "`+body+`"}`, key)
	}
	return a.config.Notify.Notify(ctx, b, notify.Message{Subject: subject, Body: body, Key: key})
}
