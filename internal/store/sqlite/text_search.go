package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/reevehq/reeve/internal/prefect"
)

// addTextSearch returns a connection text_search(search, text): whether a text
// passes a prefect.TextSearch, written as its String does. SQLite's own instr
// compares at each place of the text for each term, at twenty times the cost.
func addTextSearch(c *sqlite.Conn) error {
	return c.CreateFunction("text_search", &sqlite.FunctionImpl{NArgs: 2, Deterministic: true,
		Scalar: func(ctx sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
			matcher, ok := ctx.AuxData(0).(*prefect.TextMatcher)
			if !ok {
				var err error
				if matcher, err = prefect.NewTextMatcher(args[0].Text()); err != nil {
					return sqlite.Value{}, err
				}
				ctx.SetAuxData(0, matcher)
			}
			if matcher.Matches(args[1].Text()) {
				return sqlite.IntegerValue(1), nil
			}
			return sqlite.IntegerValue(0), nil
		}})
}
