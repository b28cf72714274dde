package server

import (
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/store"
)

// ask makes the question of an outlook to the services.
func ask(r *services.Runner) func(*store.Tx) (sleep.Work, error) {
	return func(tx *store.Tx) (sleep.Work, error) {
		d, err := r.Deadline(tx)
		return sleep.Work{Due: d.Due, Next: d.Next, Some: d.Some}, err
	}
}
