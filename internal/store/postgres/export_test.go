package postgres

import "time"

// HurryAlone has servers wait for less until another is gone, until it is undone.
func HurryAlone() (undo func()) {
	was := aloneTime
	aloneTime = 500 * time.Millisecond
	return func() { aloneTime = was }
}
