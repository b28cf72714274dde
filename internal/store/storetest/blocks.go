package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

var blocksCases = []Case{
	{"the catalogue of blocks is installed once and leaves what was there before", blockCatalogueIsInstalledOnce},
	{"a block document is kept encrypted, and shows its secrets to who asks for them", blockDocumentIsKeptEncrypted},
	{"a block document holds others, which change with them and go when they go", blockDocumentsHoldOthers},
	{"an artifact collection shows the newest version that is left", artifactCollectionFollowsItsVersions},
}

func data(t *testing.T, text string) prefect.BlockData {
	t.Helper()
	v, err := pyjson.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return prefect.BlockData{Value: v}
}

// blockKind makes a block type with a schema.
func blockKind(t *testing.T, s *store.Store, slug, fields string) (created prefect.BlockDocumentCreate) {
	t.Helper()
	update(t, s, func(tx *store.Tx) error {
		typ, err := tx.CreateBlockType(&prefect.BlockTypeCreate{Name: slug, Slug: prefect.BlockTypeSlug(slug)})
		if err != nil {
			return err
		}
		b := budget.New(t.Context(), "the schema", budget.Limits{})
		defer b.Close()
		read, err := blocks.NewSchema(b, data(t, fields).Value)
		if err != nil {
			return err
		}
		schema, _, err := tx.CreateBlockSchema(&prefect.BlockSchemaCreate{Fields: data(t, fields), BlockTypeID: typ.ID, Version: "1"}, read)
		if err != nil {
			return err
		}
		created.BlockTypeID, created.BlockSchemaID = typ.ID, schema.ID
		return nil
	})
	return created
}

func createBlock(t *testing.T, s *store.Store, kind prefect.BlockDocumentCreate, name, text string) (id uuid.UUID) {
	t.Helper()
	kind.Name, kind.Data = (*prefect.BlockDocumentName)(&name), data(t, text)
	update(t, s, func(tx *store.Tx) error {
		d, err := tx.CreateBlockDocument(&kind)
		if err == nil {
			id = d.ID
		}
		return err
	})
	return id
}

func readBlock(t *testing.T, s *store.Store, id uuid.UUID, secrets bool) (text string) {
	t.Helper()
	view(t, s, func(tx *store.Tx) error {
		d, err := tx.ReadBlockDocument(id, secrets)
		if err == nil && d != nil {
			text = string(pyjson.AppendSorted(nil, d.Data))
		}
		return err
	})
	return text
}

func blockCatalogueIsInstalledOnce(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	count := func() (types, schemas int) {
		view(t, s, func(tx *store.Tx) error {
			all, err := tx.FilterBlockTypes(nil, nil, prefect.Page{Limit: -1})
			if err != nil {
				return err
			}
			of, err := tx.FilterBlockSchemas(nil, prefect.Page{Limit: -1})
			types, schemas = len(all), len(of)
			return err
		})
		return types, schemas
	}
	var secret, typo uuid.UUID
	update(t, s, func(tx *store.Tx) error {
		mine, err := tx.CreateBlockType(&prefect.BlockTypeCreate{Name: "Was here before", Slug: "slack-webhook"})
		typo = mine.ID
		return err
	})
	for range 2 {
		update(t, s, (*store.Tx).InstallBlockCatalogue)
		update(t, s, (*store.Tx).InstallProtectedBlocks)
		if types, schemas := count(); types != 54 || schemas != 64 {
			t.Errorf("%d types, %d schemas", types, schemas)
		}
		view(t, s, func(tx *store.Tx) error {
			found, err := tx.ReadBlockTypeBySlug("secret")
			if !found.IsProtected || secret != uuid.Nil && found.ID != secret {
				t.Errorf("secret block type: %+v", found)
			}
			secret = found.ID
			if before, _ := tx.ReadBlockTypeBySlug("slack-webhook"); before.ID != typo || !strings.Contains(*before.LogoURL, "http") {
				t.Errorf("a type that was there before: %+v", before)
			}
			return err
		})
	}
}

func blockDocumentIsKeptEncrypted(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	kind := blockKind(t, s, "thing", `{"title":"Thing","secret_fields":["p"]}`)
	id := createBlock(t, s, kind, "one", `{"p":"hush","q":1.0}`)
	if got := readBlock(t, s, id, false); got != `{"p": "********", "q": 1.0}` {
		t.Error(got)
	}
	if got := readBlock(t, s, id, true); got != `{"p": "hush", "q": 1.0}` {
		t.Error(got)
	}
	// With another key nothing can be read, and nobody is told what is there.
	if err := s.UseEncryptionKey("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="); err != nil {
		t.Fatal(err)
	}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ReadBlockDocument(id, true)
		return err
	})
	if err == nil || fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "hush") {
		t.Errorf("read with another key: %v", err)
	}
	if err := s.UseEncryptionKey("nonsense"); !fault.Is(err, fault.Invalid) {
		t.Errorf("malformed key: %v", err)
	}
}

func blockDocumentsHoldOthers(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	kind := blockKind(t, s, "thing", `{"title":"Thing","secret_fields":["p"]}`)
	ref := func(id uuid.UUID) string { return `{"$ref":{"block_document_id":"` + id.String() + `"}}` }
	inner := createBlock(t, s, kind, "inner", `{"p":"hush"}`)
	outer := createBlock(t, s, kind, "outer", `{"child":`+ref(inner)+`,"x":1}`)
	if got := readBlock(t, s, outer, false); got != `{"child": {"p": "********"}, "x": 1}` {
		t.Error(got)
	}
	change := func(id uuid.UUID, text string) error {
		u := &prefect.BlockDocumentUpdate{Data: data(t, text), MergeExistingData: true}
		u.Mark("data")
		return s.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.UpdateBlockDocument(id, u)
			return err
		})
	}
	if err := change(inner, `{"child":`+ref(outer)+`}`); !fault.Is(err, fault.BadRequest) {
		t.Errorf("a ring: %v", err)
	}
	if err := change(inner, `{"child":`+ref(uuid.New())+`}`); !fault.Is(err, fault.Conflict) {
		t.Errorf("an unknown document: %v", err)
	}
	if err := change(outer, `{"child":null}`); err != nil {
		t.Error(err)
	}
	if got := readBlock(t, s, outer, false); got != `{"child": null, "x": 1}` {
		t.Error(got)
	}
}

func artifactCollectionFollowsItsVersions(t *testing.T, open Open) {
	s, c := newStore(t, open)
	key := prefect.ArtifactKey("report")
	var ids []uuid.UUID
	for _, text := range []string{`1`, `2`, `3`} {
		c.Advance(time.Second)
		update(t, s, func(tx *store.Tx) error {
			a, err := tx.CreateArtifact(&prefect.ArtifactCreate{Key: &key, Data: []byte(text)})
			ids = append(ids, a.ID)
			return err
		})
	}
	latest := func() (text string) {
		view(t, s, func(tx *store.Tx) error {
			collection, err := tx.ReadArtifactCollection("report")
			if collection != nil {
				text = string(collection.Data)
			}
			return err
		})
		return text
	}
	for _, step := range []struct {
		deleted int
		want    string
	}{{-1, "3"}, {1, "3"}, {2, "1"}, {0, ""}} {
		if step.deleted >= 0 {
			update(t, s, func(tx *store.Tx) error {
				_, err := tx.DeleteArtifact(ids[step.deleted])
				return err
			})
		}
		if got := latest(); got != step.want {
			t.Errorf("after deleting version %d: %q, want %q", step.deleted+1, got, step.want)
		}
	}
}
