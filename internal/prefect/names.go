package prefect

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// The names below are strings with a rule of their own. As in the reference a
// single newline at the end escapes the rule.
var (
	dashes            = regexp.MustCompile(`^[a-z0-9-]*\n?$`)
	dashesUnderscores = regexp.MustCompile(`^[a-z0-9\-_]*\n?$`)
	generalName       = regexp.MustCompile(patternName)
)

const patternName = `^[^/%&><]+$`

// maxVariableName is the most characters of a variable's name.
const maxVariableName = 255

// VariableName is the name of a variable: lower-case letters, digits, dashes
// and underscores.
type VariableName string

// DecodeWire implements decode.Wire.
func (n *VariableName) DecodeWire(in pyjson.Value, at *decode.At) {
	text, ok := ruledName(in, at, dashesUnderscores, "Variable name", "dashes or underscores")
	if !ok {
		return
	}
	if size := utf8.RuneCountInString(text); size > maxVariableName {
		at.Fail("too_long", fmt.Sprintf("Value should have at most %d items after validation, not %d", maxVariableName, size), in,
			map[string]any{"field_type": "Value", "max_length": maxVariableName, "actual_length": size})
		return
	}
	*n = VariableName(text)
}

// ArtifactKey is what the versions of an artifact have in common: lower-case
// letters, digits and dashes.
type ArtifactKey string

// DecodeWire implements decode.Wire.
func (k *ArtifactKey) DecodeWire(in pyjson.Value, at *decode.At) {
	if text, ok := ruledName(in, at, dashes, "Artifact key", "dashes"); ok {
		*k = ArtifactKey(text)
	}
}

// BlockTypeSlug names a block type in paths: lower-case letters, digits and dashes.
type BlockTypeSlug string

// DecodeWire implements decode.Wire.
func (s *BlockTypeSlug) DecodeWire(in pyjson.Value, at *decode.At) {
	if text, ok := ruledName(in, at, dashes, "Block type slug", "dashes"); ok {
		*s = BlockTypeSlug(text)
	}
}

// BlockDocumentName is the name of a block document: lower-case letters, digits
// and dashes, at least one.
type BlockDocumentName string

// DecodeWire implements decode.Wire.
func (n *BlockDocumentName) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() == pyjson.String && !generalName.MatchString(in.Text()) {
		at.Fail("string_pattern_mismatch", "String should match pattern '"+patternName+"'", in, map[string]any{"pattern": patternName})
		return
	}
	if text, ok := ruledName(in, at, dashes, "Block document name", "dashes"); ok {
		*n = BlockDocumentName(text)
	}
}

func ruledName(in pyjson.Value, at *decode.At, rule *regexp.Regexp, field, marks string) (string, bool) {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return "", false
	}
	if !rule.MatchString(in.Text()) {
		at.ValueError(field+" must only contain lowercase letters, numbers, and "+marks+".", in)
		return "", false
	}
	return in.Text(), true
}
