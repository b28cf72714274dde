// Package blocks holds the rules of blocks, the typed configuration objects of
// flows: how a schema's checksum is taken, how schemas and documents that are
// nested in others are taken apart and put together, which values are secret,
// how documents are encrypted, and the catalogue of the system's own block
// types.
//
// A schema is stored without the definitions of other blocks, and a document
// without the data of other blocks: both are rows of their own, tied by
// references. The data of a document is stored as a Fernet token that the
// reference server can read, and reads its tokens.
package blocks
