// Package copying moves a whole database from one store to another: between SQLite and
// PostgreSQL, either way, or between two of a kind.
//
// The source is opened by nobody else meanwhile (each engine takes the lock that its servers
// take) and is only read, in one snapshot. The target is marked as an unfinished copy from
// its first row to its last check, and no server starts on it while it is.
//
// A copy goes through these stages; whenever it is cut off, the next one with the same
// source and target goes on:
//
//	begin    the schema is made in the empty target. In one transaction its indexes, references
//	         and triggers are taken away, their statements kept, and the mark is made.
//	check    only after a cut: what was copied is read at the source once more. If that is not
//	         what it was, somebody has used the source meanwhile, and the copy begins anew.
//	copy     table by table, in the order of a key, a batch a transaction. The transaction that
//	         writes a batch writes how far the table has come: last key, rows, checksum.
//	finish   the statements that were kept are carried out, each with its removal from the list;
//	         the numbers of sequences go on where the source's were.
//	compare  the target is read: rows and checksum of each table are those of the source.
//	end      the mark is taken away.
//
// Tables that are derived from others (tags, sums) are copied as they are, since triggers
// rest. What only one engine has is left to it: the names of runs that SQLite keeps for its
// search are learned by its service.
//
// Memory is bounded by a batch and the longest row.
package copying
