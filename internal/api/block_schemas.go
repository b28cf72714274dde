package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) blockSchemaRoutes() []Route {
	return a.withCatalogue([]Route{
		{http.MethodPost, "/block_schemas/", "create_block_schema_block_schemas__post", a.createBlockSchema},
		{http.MethodGet, "/block_schemas/{id}", "read_block_schema_by_id_block_schemas__id__get", a.readBlockSchema},
		{http.MethodDelete, "/block_schemas/{id}", "delete_block_schema_block_schemas__id__delete", a.deleteBlockSchema},
		{http.MethodPost, "/block_schemas/filter", "read_block_schemas_block_schemas_filter_post", a.filterBlockSchemas},
		{http.MethodGet, "/block_schemas/checksum/{checksum}",
			"read_block_schema_by_checksum_block_schemas_checksum__checksum__get", a.readBlockSchemaByChecksum},
		{http.MethodGet, "/block_capabilities/", "read_available_block_capabilities_block_capabilities__get", a.readBlockCapabilities},
	})
}

func (a *API) createBlockSchema(w http.ResponseWriter, r *http.Request) error {
	var in prefect.BlockSchemaCreate
	if err := body(r, &in); err != nil {
		return err
	}
	b := budget.New(r.Context(), "reading the block schema", templating.Limits)
	defer b.Close()
	read, err := blocks.NewSchema(b, in.Fields.Value)
	if err != nil {
		return err
	}
	var schema *prefect.BlockSchema
	var isNew bool
	err = a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		schema, isNew, err = tx.CreateBlockSchema(&in, read)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, created(isNew), schema)
	return nil
}

func (a *API) readBlockSchema(w http.ResponseWriter, r *http.Request) error {
	return read(a, w, r, "Block schema", func(tx *store.Tx) (*prefect.BlockSchema, error) {
		return tx.ReadBlockSchema(pathID(r, "id"))
	})
}

func (a *API) readBlockSchemaByChecksum(w http.ResponseWriter, r *http.Request) error {
	var version *string
	if r.URL.Query().Has("version") {
		given := r.URL.Query().Get("version")
		version = &given
	}
	return read(a, w, r, "Block schema", func(tx *store.Tx) (*prefect.BlockSchema, error) {
		return tx.ReadBlockSchemaByChecksum(r.PathValue("checksum"), version)
	})
}

func (a *API) deleteBlockSchema(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Block schema", func(tx *store.Tx) (bool, error) {
		schema, err := tx.ReadBlockSchema(pathID(r, "id"))
		if err != nil || schema == nil {
			return false, err
		}
		if schema.BlockType.IsProtected {
			return false, fault.New(fault.Forbidden, "Block schemas for protected block types cannot be deleted.")
		}
		return true, tx.DeleteBlockSchema(schema.ID)
	})
}

type blockSchemaQuery struct {
	decode.Embedded
	sized
	BlockSchemas *prefect.BlockSchemaFilter `json:"block_schemas"`
	Offset       int                        `json:"offset" rule:"ge=0"`
}

func (a *API) filterBlockSchemas(w http.ResponseWriter, r *http.Request) error {
	var in blockSchemaQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.BlockSchema, error) {
		return tx.FilterBlockSchemas(in.BlockSchemas, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

func (a *API) readBlockCapabilities(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, (*store.Tx).BlockCapabilities)
}
