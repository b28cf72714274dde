package simulation

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/reevehq/reeve/internal/store/sqlite"
)

// world0 is what every seed begins with: a database with its schema, the blocks of
// the system and two of a user.
var world0 struct {
	once            sync.Once
	err             error
	file            []byte
	webhook, custom string
}

// begin makes it.
func begin(folder string) error {
	world0.once.Do(func() { world0.err = makeBeginning(folder) })
	return world0.err
}

func makeBeginning(folder string) error {
	path := filepath.Join(folder, "beginning.db")
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Migrate: true})
	if err != nil {
		return err
	}
	w := newWorld(context.Background(), 0, db, nil)
	w.climate.losses = 0
	w.boot()
	w.insist("POST", "/block_types/install_system_block_types", nil)
	block := func(slug string, data doc) string {
		kind := w.insist("GET", "/block_types/slug/"+slug, nil).object().text("id")
		schemas := w.insist("POST", "/block_schemas/filter", doc{"block_schemas": doc{"block_type_id": doc{"any_": []string{kind}}}}).list()
		if len(schemas) == 0 {
			w.fail("setup", "%s has no schema", slug)
			return ""
		}
		return w.insist("POST", "/block_documents/", doc{"name": slug, "data": data, "block_type_id": kind, "block_schema_id": schemas[0].text("id")}).object().text("id")
	}
	world0.webhook = block("webhook", doc{"method": "POST", "url": "https://hook.example/a", "allow_private_urls": true})
	world0.custom = block("custom-webhook", doc{"name": "ops", "url": "https://ops.example/b", "method": "POST", "json_data": doc{"text": "{{body}}"}})
	if w.failure != nil {
		return fmt.Errorf("%v", *w.failure)
	}
	if err := db.Close(); err != nil {
		return err
	}
	world0.file, err = os.ReadFile(path)
	return err
}

// open opens a database of its own for a seed.
func open(folder string) (*sqlite.DB, error) {
	path := filepath.Join(folder, "seed.db")
	for _, suffix := range []string{"", "-wal", "-shm", ".lock", ".reserve"} {
		_ = os.Remove(path + suffix)
	}
	if err := os.WriteFile(path, world0.file, 0o600); err != nil {
		return nil, err
	}
	return sqlite.Open(context.Background(), sqlite.Options{Path: path, Readers: 1})
}
