package api

import (
	"math"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// limit is the page size for a request: the given one or the default, which is
// also the most.
func (a *API) limit(given *int) (int, error) {
	most := a.config.DefaultLimit
	switch {
	case given == nil:
		return most, nil
	case *given < 0:
		return 0, fault.New(fault.Invalid, "Invalid limit: must be greater than or equal to 0.")
	case *given > most:
		return 0, fault.New(fault.Invalid, "Invalid limit: must be less than or equal to %d.", most)
	}
	return *given, nil
}

// page is the answer of the paginate operations.
type page[T any] struct {
	Results []T `json:"results"`
	Count   int `json:"count"`
	Limit   int `json:"limit"`
	Pages   int `json:"pages"`
	Page    int `json:"page"`
}

func newPage[T any](results []T, count, limit, number int) page[T] {
	pages := 0
	if limit > 0 {
		pages = (count + limit - 1) / limit
	}
	return page[T]{results, count, limit, pages, number}
}

// pageOf is the page with a number, from 1.
func pageOf(number, size int) prefect.Page {
	if size > 0 && number > math.MaxInt/size {
		number = math.MaxInt / size
	}
	return prefect.Page{Limit: size, Offset: (number - 1) * size}
}
