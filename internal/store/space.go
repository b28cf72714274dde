package store

// Spacious is a connection to a database whose file can be made smaller bit by bit.
type Spacious interface {
	// Spare is how many pages of the file should be given back: those that are free, but for a
	// share that will be needed again.
	Spare() (pages int, err error)
	// GiveBack gives back a few of them, and returns how many.
	GiveBack() (pages int, err error)
}

// HasSpareSpace reports whether the database should give space back to the disk.
func (tx *Tx) HasSpareSpace() (bool, error) {
	c, ok := tx.conn.(Spacious)
	if !ok {
		return false, nil
	}
	n, err := c.Spare()
	return n > 0, err
}

// GiveSpaceBack gives a piece of what is free in the database back to the disk, and returns
// how many pages.
func (tx *Tx) GiveSpaceBack() (pages int, err error) {
	c, ok := tx.conn.(Spacious)
	if !ok {
		return 0, nil
	}
	tx.within(pieceRows)
	for !tx.spent() {
		n, err := c.GiveBack()
		if pages += n; err != nil || n == 0 {
			return pages, err
		}
		tx.spend(n)
	}
	return pages, nil
}
