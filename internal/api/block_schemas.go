package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/blocks"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/templating"
)

func (a *API) blockSchemaRoutes() []rest.Route {
	return a.withCatalogue([]rest.Route{
		rest.Post("/block_schemas/", "create_block_schema_block_schemas__post", a.createBlockSchema),
		rest.Get("/block_schemas/{id}", "read_block_schema_by_id_block_schemas__id__get", a.readBlockSchema),
		rest.Delete("/block_schemas/{id}", "delete_block_schema_block_schemas__id__delete", a.deleteBlockSchema),
		rest.Post("/block_schemas/filter", "read_block_schemas_block_schemas_filter_post", a.filterBlockSchemas),
		rest.Ask("/block_schemas/checksum/{checksum}",
			"read_block_schema_by_checksum_block_schemas_checksum__checksum__get", a.readBlockSchemaByChecksum),
		rest.Get("/block_capabilities/", "read_available_block_capabilities_block_capabilities__get", a.readBlockCapabilities),
	})
}

func (a *API) createBlockSchema(r *http.Request, in *prefect.BlockSchemaCreate) (made rest.Made[*prefect.BlockSchema], err error) {
	b := budget.New(r.Context(), "reading the block schema", templating.Limits)
	defer b.Close()
	read, err := blocks.NewSchema(b, in.Fields.Value)
	if err != nil {
		return made, err
	}
	return update(a, r, func(tx *store.Tx) (made rest.Made[*prefect.BlockSchema], err error) {
		made.Object, made.New, err = tx.CreateBlockSchema(in, read)
		return made, err
	})
}

func (a *API) readBlockSchema(r *http.Request) (*prefect.BlockSchema, error) {
	return find(a, r, "Block schema", func(tx *store.Tx) (*prefect.BlockSchema, error) { return tx.ReadBlockSchema(rest.ID(r, "id")) })
}

// blockSchemaQuestion asks for one of the versions with a checksum.
type blockSchemaQuestion struct {
	Version *string `json:"version"`
}

func (a *API) readBlockSchemaByChecksum(r *http.Request, in *blockSchemaQuestion) (*prefect.BlockSchema, error) {
	return find(a, r, "Block schema", func(tx *store.Tx) (*prefect.BlockSchema, error) {
		return tx.ReadBlockSchemaByChecksum(r.PathValue("checksum"), in.Version)
	})
}

func (a *API) deleteBlockSchema(r *http.Request) error {
	return a.change(r, "Block schema", func(tx *store.Tx) (bool, error) {
		schema, err := tx.ReadBlockSchema(rest.ID(r, "id"))
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
	rest.Sized
	BlockSchemas *prefect.BlockSchemaFilter `json:"block_schemas"`
	Offset       int                        `json:"offset" rule:"ge=0"`
}

func (a *API) filterBlockSchemas(r *http.Request, in *blockSchemaQuery) ([]*prefect.BlockSchema, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.BlockSchema, error) {
		return tx.FilterBlockSchemas(in.BlockSchemas, in.From(in.Offset))
	})
}

func (a *API) readBlockCapabilities(r *http.Request) ([]string, error) {
	return view(a, r, (*store.Tx).BlockCapabilities)
}
