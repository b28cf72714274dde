package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) variableRoutes() []rest.Route {
	return []rest.Route{
		rest.Post("/variables/", "create_variable_variables__post", a.createVariable).With(http.StatusCreated),
		rest.Get("/variables/{id}", "read_variable_variables__id__get", a.readVariable),
		rest.Change(http.MethodPatch, "/variables/{id}", "update_variable_variables__id__patch", a.updateVariable),
		rest.Delete("/variables/{id}", "delete_variable_variables__id__delete", a.deleteVariable),
		rest.Get("/variables/name/{name}", "read_variable_by_name_variables_name__name__get", a.readVariable),
		rest.Change(http.MethodPatch, "/variables/name/{name}", "update_variable_by_name_variables_name__name__patch", a.updateVariable),
		rest.Delete("/variables/name/{name}", "delete_variable_by_name_variables_name__name__delete", a.deleteVariable),
		rest.Post("/variables/filter", "read_variables_variables_filter_post", a.filterVariables),
		rest.Post("/variables/count", "count_variables_variables_count_post", a.countVariables),
	}
}

// findVariable returns the variable that the path names by id or by name.
func findVariable(tx *store.Tx, r *http.Request) (v *prefect.Variable, err error) {
	if r.PathValue("id") != "" {
		v, err = tx.ReadVariable(rest.ID(r, "id"))
	} else {
		v, err = tx.ReadVariableByName(r.PathValue("name"))
	}
	if err == nil && v == nil {
		err = fault.New(fault.NotFound, "Variable not found.")
	}
	return v, err
}

func (a *API) createVariable(r *http.Request, in *prefect.VariableCreate) (*prefect.Variable, error) {
	return update(a, r, func(tx *store.Tx) (*prefect.Variable, error) { return tx.CreateVariable(in) })
}

func (a *API) readVariable(r *http.Request) (*prefect.Variable, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.Variable, error) { return findVariable(tx, r) })
}

func (a *API) updateVariable(r *http.Request, in *prefect.VariableUpdate) error {
	return a.change(r, "Variable", func(tx *store.Tx) (bool, error) {
		v, err := findVariable(tx, r)
		if err != nil {
			return false, err
		}
		return true, tx.UpdateVariable(v, in)
	})
}

func (a *API) deleteVariable(r *http.Request) error {
	return a.change(r, "Variable", func(tx *store.Tx) (bool, error) {
		v, err := findVariable(tx, r)
		if err != nil {
			return false, err
		}
		return true, tx.DeleteVariable(v)
	})
}

type variableQuery struct {
	decode.Embedded
	rest.Sized
	Offset    int                     `json:"offset" rule:"ge=0"`
	Variables *prefect.VariableFilter `json:"variables"`
	Sort      prefect.VariableSort    `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *variableQuery) Defaults() { q.Sort = prefect.VariableNameAsc }

func (a *API) filterVariables(r *http.Request, in *variableQuery) ([]*prefect.Variable, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.Variable, error) {
		return tx.FilterVariables(in.Variables, in.Sort, in.From(in.Offset))
	})
}

type variableCount struct {
	decode.Embedded
	Variables *prefect.VariableFilter `json:"variables"`
}

func (a *API) countVariables(r *http.Request, in *variableCount) (int, error) {
	return view(a, r, func(tx *store.Tx) (int, error) { return tx.CountVariables(in.Variables) })
}
