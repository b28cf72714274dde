package blocks

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/reevehq/reeve/internal/pyjson"
)

//go:embed catalogue.json.gz
var catalogueFile []byte

// Catalogue is what a server knows of blocks from the first: the types of the
// reference's own blocks and of its collections, in the order it registers them.
type Catalogue struct {
	Types   []CatalogueType   `json:"types"`
	Schemas []CatalogueSchema `json:"schemas"`
}

// CatalogueType is a block type of the catalogue.
type CatalogueType struct {
	Name             string  `json:"name"`
	Slug             string  `json:"slug"`
	LogoURL          *string `json:"logo_url"`
	DocumentationURL *string `json:"documentation_url"`
	Description      *string `json:"description"`
	CodeExample      *string `json:"code_example"`
	IsProtected      bool    `json:"is_protected"`
}

// CatalogueSchema is a block schema of the catalogue, in stored form.
type CatalogueSchema struct {
	Type         string          `json:"type"` // slug
	Checksum     string          `json:"checksum"`
	Version      string          `json:"version"`
	Capabilities []string        `json:"capabilities"`
	Fields       json.RawMessage `json:"fields"`
	// References are pairs of a field and the checksum of the schema it holds.
	References [][2]string `json:"references"`
}

// CatalogueEdition tells one content of the catalogue from another.
func CatalogueEdition() string {
	return fmt.Sprintf("%d-%08x", len(catalogueFile), crc32.ChecksumIEEE(catalogueFile))
}

// ReadCatalogue unpacks the catalogue. scripts/block_catalogue.py writes its file.
func ReadCatalogue() (*Catalogue, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(catalogueFile))
	if err != nil {
		return nil, fmt.Errorf("read the block catalogue: %w", err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		return nil, fmt.Errorf("read the block catalogue: %w", err)
	}
	var c Catalogue
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("read the block catalogue: %w", err)
	}
	return &c, nil
}

// FieldsValue parses a schema's fields.
func (s *CatalogueSchema) FieldsValue() (pyjson.Value, error) { return pyjson.Parse(s.Fields) }

// Referenced is the index of the schema that schema i refers to by a checksum:
// of several versions the newest that was there before i, else the first that
// came with it. It is -1 when there is none.
func (c *Catalogue) Referenced(i int, checksum string) int {
	found := -1
	for j := range c.Schemas {
		if c.Schemas[j].Checksum == checksum && j != i && (j < i || found < 0) {
			found = j
		}
	}
	return found
}
