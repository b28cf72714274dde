package proxy

import (
	"context"
	"errors"

	"github.com/coder/websocket"
)

// through is a client's websocket that keeps the server awake while it is open.
// It ends here only so that its password is seen before the server is woken.
type through struct{ *socket }

func (t *through) serve(ctx context.Context) error {
	up, err := t.authorise(ctx, false)
	if err == nil && up == nil { // the server took the same password before
		up, _, err = t.dial(ctx, false)
	}
	if err != nil {
		return err
	}
	defer t.finish(up)
	left, ended := make(chan struct{}), make(chan error, 2)
	defer close(left)
	t.readers.Go(func() { ended <- relay(ctx, t.client, up) })
	t.readers.Go(func() { ended <- asRefusal(relay(ctx, up, t.client)) })
	t.readers.Go(func() { t.keepAlive(ctx, up, left) })
	return <-ended
}

// relay passes messages on until either side ends.
func relay(ctx context.Context, from, to *websocket.Conn) error {
	for {
		_, message, err := from.Read(ctx)
		if err == nil {
			err = send(ctx, to, message)
		}
		if err != nil {
			return err
		}
	}
}

// asRefusal has the client told how the server ended.
func asRefusal(err error) error {
	var closed websocket.CloseError
	switch {
	case !errors.As(err, &closed):
		return err
	case closed.Code == websocket.StatusNoStatusRcvd: // which nobody may send
		return nil
	}
	return &refusal{closed.Code, closed.Reason}
}
