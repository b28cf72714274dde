package rest

import (
	"math"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Sized is a body that asks for a page: embed it first, as the reference looks
// at the limit before all else.
type Sized struct {
	Limit *int `json:"limit"`
}

// Size returns the page size, the default when none was asked for.
func (s *Sized) Size() int { return *s.Limit }

// From returns the page that begins at an offset.
func (s *Sized) From(offset int) prefect.Page { return prefect.Page{Limit: s.Size(), Offset: offset} }

// Bound refuses a size that the settings do not allow.
func (s *Sized) Bound(limits Limits, issues decode.Issues) (decode.Issues, error) {
	for _, i := range issues {
		if len(i.Loc) == 2 && i.Loc[1] == "limit" {
			return issues, nil
		}
	}
	size, err := limits.pageSize(s.Limit)
	s.Limit = &size
	return issues, err
}

// LateSized is Sized for the operations that look at the limit after all else.
type LateSized struct{ Sized }

// Bound refuses a size that the settings do not allow, when nothing else is wrong.
func (s *LateSized) Bound(limits Limits, issues decode.Issues) (decode.Issues, error) {
	if len(issues) > 0 {
		return issues, nil
	}
	return s.Sized.Bound(limits, nil)
}

// pageSize is the page size for a request: the given one or the default, which
// is also the most.
func (l Limits) pageSize(given *int) (int, error) {
	switch {
	case given == nil:
		return l.Page, nil
	case *given < 0:
		return 0, fault.New(fault.Invalid, "Invalid limit: must be greater than or equal to 0.")
	case *given > l.Page:
		return 0, fault.New(fault.Invalid, "Invalid limit: must be less than or equal to %d.", l.Page)
	}
	return *given, nil
}

// Page is the answer of the paginate operations.
type Page[T any] struct {
	Results []T `json:"results"`
	Count   int `json:"count"`
	Limit   int `json:"limit"`
	Pages   int `json:"pages"`
	Page    int `json:"page"`
}

// NewPage returns the page with a number, of limit results, among count.
func NewPage[T any](results []T, count, limit, number int) Page[T] {
	pages := 0
	if limit > 0 {
		pages = (count + limit - 1) / limit
	}
	return Page[T]{results, count, limit, pages, number}
}

// PageOf is the page with a number, from 1.
func PageOf(number, size int) prefect.Page {
	if size > 0 && number > math.MaxInt/size {
		number = math.MaxInt / size
	}
	return prefect.Page{Limit: size, Offset: (number - 1) * size}
}
