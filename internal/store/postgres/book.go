package postgres

import "sync"

// mostTexts bounds the statements that are kept as PostgreSQL has them: the constant ones
// of the store with room for those that filters make.
const mostTexts = 4_000

// book keeps what was spelled, since spelling takes longer than the statement. It is shared
// by all connections.
type book struct {
	speller speller

	mu   sync.RWMutex
	kept map[entry]spelled
}

// entry is a statement and the types of its arguments.
type entry struct{ query, types string }

func newBook(nullable map[string]bool) *book {
	return &book{speller: speller{nullable: nullable}, kept: map[entry]spelled{}}
}

// of is a statement, spelled now if it is not known. When too many are kept all are
// forgotten: those that are in use are soon back.
func (b *book) of(query string, types []byte) spelled {
	key := entry{query, string(types)}
	b.mu.RLock()
	s, ok := b.kept[key]
	b.mu.RUnlock()
	if ok {
		return s
	}
	s = b.speller.spell(query, types)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.kept) >= mostTexts {
		clear(b.kept)
	}
	b.kept[key] = s
	return s
}
