package store

import "github.com/reevehq/reeve/internal/prefect"

// blockTypeCondition restricts a row of block_type.
func blockTypeCondition(f *prefect.BlockTypeFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.Name != nil {
		c.contains("block_type.name", f.Name.Like)
	}
	if f.Slug != nil {
		c.add(anyText("block_type.slug", f.Slug))
	}
	return c.join(prefect.And)
}

// blockSchemaCondition restricts a row of block_schema.
func blockSchemaCondition(f *prefect.BlockSchemaFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.BlockTypeID != nil {
		c.add(anyID("block_schema.block_type_id", f.BlockTypeID))
	}
	if f.Capabilities != nil {
		var all criteria
		all.tagsAll("block_schema.capabilities", f.Capabilities.All)
		c.add(all.join(prefect.And))
	}
	if f.ID != nil {
		c.add(anyID("block_schema.id", f.ID))
	}
	if f.Version != nil {
		c.add(anyText("block_schema.version", f.Version))
	}
	return c.join(f.Operator)
}

// blockDocumentCondition restricts a row of block_document; no filter leaves
// anonymous documents out.
func blockDocumentCondition(f *prefect.BlockDocumentFilter) condition {
	if f == nil {
		f = &prefect.BlockDocumentFilter{}
		f.Defaults()
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("block_document.id", f.ID))
	}
	if f.IsAnonymous != nil {
		var anonymous criteria
		anonymous.equal("block_document.is_anonymous", f.IsAnonymous.Eq)
		c.add(anonymous.join(prefect.And))
	}
	if f.BlockTypeID != nil {
		c.add(anyID("block_document.block_type_id", f.BlockTypeID))
	}
	if f.Name != nil {
		c.add(anyLike("block_document.name", f.Name))
	}
	return c.join(f.Operator)
}

// blockDocumentsWhere restricts the rows of a query on block_document by filters
// of its type and schema too.
func blockDocumentsWhere(q *BlockDocumentQuery) condition {
	all := criteria{blockDocumentCondition(q.Documents)}
	if q.Types != nil {
		all.add(having("block_type", "block_type.id = block_document.block_type_id", blockTypeCondition(q.Types)))
	}
	if q.Schemas != nil {
		all.add(having("block_schema", "block_schema.id = block_document.block_schema_id", blockSchemaCondition(q.Schemas)))
	}
	return all.join(prefect.And)
}

var blockDocumentOrder = map[prefect.BlockDocumentSort]string{
	"NAME_DESC":               "block_document.name DESC",
	"NAME_ASC":                "block_document.name ASC",
	"BLOCK_TYPE_AND_NAME_ASC": "block_document.block_type_name ASC, block_document.name ASC",
}
