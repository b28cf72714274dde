// Package prefect is the vocabulary of the contract: the wire types of the
// Prefect 3.9.1 API, their enums, JSON forms and validation. It imports nothing
// of ours but the decoder of request bodies.
//
// Types named like the reference's models have its fields in its order. A type
// for a request body embeds decode.Action; PATCH bodies tell "not given" from
// null through decode.Given.
package prefect
