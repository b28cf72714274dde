// Command drivers measures one SQLite driver with the work that the store gives
// it. The driver is chosen by a build tag (modernc, zombiezen or ncruces), so
// that the size and memory of the program are those of that driver alone;
// compare.sh builds all three, runs them in turn and prints a table.
//
// It is a module of its own: the product depends on one driver only.
package main
