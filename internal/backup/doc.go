// Package backup keeps a copy of a SQLite database in S3-compatible storage, a
// second or so behind, and brings it back.
//
// The copy is a generation: first every page of the database, then, as long as
// it goes on, the pages that have changed. Both come in pieces, objects with a
// few thousand pages that are applied in the order of their numbers. The pages of
// a piece are as they were at one moment; a piece that leaves no changed page
// behind is a point: with it the copy is the database of that moment. A point
// needs no more than the pieces before it, so a generation that was cut off
// anywhere can be restored to its last point.
//
// Which pages change is known from the database's log (sqlite.Changes), so that
// nothing is asked of the storage, and nothing read, while nothing is written. No
// lock is held while a piece travels: the log is written back as ever, and a
// storage that does not answer makes the next piece larger, not the log longer.
package backup
