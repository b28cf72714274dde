package prefect

import (
	"fmt"
	"strconv"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// TooLarge returns an issue at loc when parameters take more than most bytes.
func TooLarge(parameters Object, most int, loc ...any) decode.Issues {
	value, err := pyjson.Parse(parameters)
	if err != nil {
		return nil
	}
	size := value.DumpSize()
	if size <= most {
		return nil
	}
	return decode.Issues{{
		Type: "value_error", Loc: loc, Input: value, Ctx: map[string]any{"error": struct{}{}},
		Msg: fmt.Sprintf("Value error, Flow run parameters must be less than %s bytes when serialized (got %s bytes).", grouped(most), grouped(size)),
	}}
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
