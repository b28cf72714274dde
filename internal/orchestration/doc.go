// Package orchestration decides what becomes of a proposed state: whether it is
// accepted, replaced, refused or put off, and what a run's row holds afterwards.
//
// A Policy is an ordered list of rules. Of a policy's rules, followed by those
// of the global policy, the ones apply whose From holds the type of the run's
// state and whose To holds the proposed type. They nest: their before hooks run
// in order, then the state is written, then their after hooks run in reverse.
//
//   - A rule before which another has changed the proposed type (by refusing,
//     replacing, putting off) is invalid and passed over.
//   - A rule whose proposed type was changed by one after it is fizzled: cleanup
//     runs in place of after, to undo what before did.
//   - A rule that changes the proposed type itself is not fizzled by that; its
//     after hook runs when its To holds the new type (no type included).
//   - A transform is a rule that is never invalid nor fizzled; it looks itself
//     whether there still is a proposed state.
//
// The tables of flow_policies.go, task_policies.go and global_policies.go list
// the rules in order; each rule is in the file of its group. The rules, their
// order and their sentences are those of the contract (Prefect 3.9.1,
// server/orchestration).
//
// Everything happens in one transaction, which is undone when a hook fails. The
// package knows that transaction through Tx; it keeps no state of its own.
package orchestration
