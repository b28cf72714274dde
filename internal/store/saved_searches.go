package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const savedSearchColumns = `id, created, updated, name, filters`

func scanSavedSearch(r Row) (*prefect.SavedSearch, error) {
	var s prefect.SavedSearch
	err := r.Scan(&s.ID, &s.Created, &s.Updated, &s.Name, JSON(&s.Filters))
	return &s, err
}

// CreateSavedSearch makes the saved search of a name or replaces its filters;
// it returns the search and whether it was made.
func (tx *Tx) CreateSavedSearch(c *prefect.SavedSearchCreate) (search *prefect.SavedSearch, created bool, err error) {
	id := tx.IDs.V4()
	_, err = tx.conn.Exec(`INSERT INTO saved_search (id, created, updated, name, filters) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET filters = excluded.filters`, id, tx.Now, tx.Now, c.Name, JSON(c.Filters))
	if err != nil {
		return nil, false, err
	}
	search, _, err = first(tx, `SELECT `+savedSearchColumns+` FROM saved_search WHERE name = ?`, []any{c.Name}, scanSavedSearch)
	return search, search != nil && search.ID == id, err
}

// ReadSavedSearch returns a saved search, nil when there is none with that id.
func (tx *Tx) ReadSavedSearch(id uuid.UUID) (*prefect.SavedSearch, error) {
	s, _, err := first(tx, `SELECT `+savedSearchColumns+` FROM saved_search WHERE id = ?`, []any{id}, scanSavedSearch)
	return s, err
}

// FilterSavedSearches lists saved searches by name.
func (tx *Tx) FilterSavedSearches(page prefect.Page) ([]*prefect.SavedSearch, error) {
	return collect(tx, `SELECT `+savedSearchColumns+` FROM saved_search ORDER BY name LIMIT ? OFFSET ?`, []any{page.Limit, page.Offset}, scanSavedSearch)
}

// DeleteSavedSearch deletes a saved search; false when there is no such.
func (tx *Tx) DeleteSavedSearch(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM saved_search WHERE id = ?`, id)
	return n > 0, err
}
