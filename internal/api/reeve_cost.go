package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/fault"
)

// costPage is what a month used and what that costs by the host's prices, as `reeve cost` says
// it. Money is null where nothing was measured or a price is not known, which Problem says.
type costPage struct {
	Usage   *cost.Usage `json:"usage" rule:"present"`
	Money   *monthMoney `json:"money"`
	Problem string      `json:"problem"`
}

// monthMoney is a cost.Bill without its usage. Amounts are in Currency.
type monthMoney struct {
	Currency string          `json:"currency"`
	Machine  string          `json:"machine"` // the one that sleeps
	Items    []cost.Item     `json:"items"`
	Total    cost.Item       `json:"total"`
	PerFlow  []cost.FlowItem `json:"per_flow"`
	Sizes    []cost.Size     `json:"sizes"`
	PricesOf string          `json:"prices_as_of"`
	Source   string          `json:"prices_source"`
}

func (a *API) readCost(r *http.Request, in *usageQuery) (*costPage, error) {
	used, err := a.readUsage(r, in)
	if err != nil {
		return nil, err
	}
	out := &costPage{Usage: used}
	if a.config.Bill == nil || used.Measured() <= 0 {
		return out, nil
	}
	b, err := a.config.Bill(*used)
	var unknown *fault.Error
	if errors.As(err, &unknown) {
		out.Problem = strings.TrimSuffix(unknown.Sentence+"; "+unknown.Hint, "; ")
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Money = &monthMoney{b.Currency, b.Machine, b.Items, b.Total, b.PerFlow, b.Sizes, b.PricesOf, b.Source}
	return out, nil
}
