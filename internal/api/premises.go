package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

// premises are what a computation was told of the database: it renders and checks
// outside of a transaction, in its own time, and the transaction that stores its
// result makes sure that all of it still holds. See decide.
type premises struct {
	*budget.Budget
	api       *API
	ctx       context.Context
	held      []func(*store.Tx) (bool, error)
	variables map[string]json.RawMessage
	blocks    map[uuid.UUID]json.RawMessage
}

// The bounds of a decision: how often it is made anew, and how much it may ask,
// since the transaction asks all of it again.
const (
	mostTries    = 5
	mostPremises = 1000
)

var errOutdated = errors.New("what was computed from has changed")

// decide writes what depends on computations that a client can make long. compute
// does them without a transaction, learning from the database by assume; write
// stores the result while everything that was assumed is as it was. When it is not,
// both run again. what names the work: "checking the parameters".
func (a *API) decide(ctx context.Context, what string, compute func(*premises) error, write func(*store.Tx) error) error {
	for range mostTries {
		p, err := a.compute(ctx, what, compute)
		if err != nil {
			return err
		}
		err = a.store.Update(ctx, func(tx *store.Tx) error {
			if err := p.stillHold(tx); err != nil {
				return err
			}
			return write(tx)
		})
		if !errors.Is(err, errOutdated) {
			return err
		}
	}
	return fault.New(fault.Busy, "What the request depends on was changed %d times meanwhile.", mostTries)
}

// compute runs a computation with the budget of one request.
func (a *API) compute(ctx context.Context, what string, run func(*premises) error) (*premises, error) {
	p := &premises{Budget: budget.New(ctx, what, templating.Limits), api: a, ctx: ctx,
		variables: map[string]json.RawMessage{}, blocks: map[uuid.UUID]json.RawMessage{}}
	defer p.Close()
	return p, run(p)
}

// assume reads something in a transaction of its own and makes it a premise. What
// is read should be no more than what the computation uses.
func assume[T any](p *premises, read func(*store.Tx) (T, error)) (T, error) {
	var told T
	if len(p.held) >= mostPremises {
		return told, &budget.Exhausted{What: "the request", Resource: "references", Limit: fmt.Sprintf("%d variables and blocks", mostPremises)}
	}
	err := p.api.store.View(p.ctx, func(tx *store.Tx) (err error) {
		told, err = read(tx)
		return err
	})
	p.held = append(p.held, func(tx *store.Tx) (bool, error) {
		now, err := read(tx)
		return reflect.DeepEqual(now, told), err
	})
	return told, err
}

func (p *premises) stillHold(tx *store.Tx) error {
	for _, holds := range p.held {
		if ok, err := holds(tx); err != nil {
			return err
		} else if !ok {
			return errOutdated
		}
	}
	return nil
}

// variable returns the value of a variable, nil when there is none of that name.
func (p *premises) variable(name string) (json.RawMessage, error) {
	if value, known := p.variables[name]; known {
		return value, nil
	}
	value, err := assume(p, func(tx *store.Tx) (json.RawMessage, error) { return tx.VariableValue(name) })
	p.variables[name] = value
	return value, err
}

// block returns the data of a block that a default of a template names.
func (p *premises) block(id uuid.UUID) (json.RawMessage, error) {
	if data, known := p.blocks[id]; known {
		return data, nil
	}
	data, err := assume(p, func(tx *store.Tx) (json.RawMessage, error) {
		block, err := tx.ReadBlockDocument(id, false)
		if err != nil || block == nil {
			return nil, err
		}
		return block.Data.Raw(), nil
	})
	if err == nil && data == nil {
		err = fault.New(fault.NotFound, "Block not found.")
	}
	p.blocks[id] = data
	return data, err
}
