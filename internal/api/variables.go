package api

import (
	"net/http"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/store"
)

func (a *API) variableRoutes() []Route {
	return []Route{
		{http.MethodPost, "/variables/", "create_variable_variables__post", a.createVariable},
		{http.MethodGet, "/variables/{id}", "read_variable_variables__id__get", a.readVariable},
		{http.MethodPatch, "/variables/{id}", "update_variable_variables__id__patch", a.updateVariable},
		{http.MethodDelete, "/variables/{id}", "delete_variable_variables__id__delete", a.deleteVariable},
		{http.MethodGet, "/variables/name/{name}", "read_variable_by_name_variables_name__name__get", a.readVariable},
		{http.MethodPatch, "/variables/name/{name}", "update_variable_by_name_variables_name__name__patch", a.updateVariable},
		{http.MethodDelete, "/variables/name/{name}", "delete_variable_by_name_variables_name__name__delete", a.deleteVariable},
		{http.MethodPost, "/variables/filter", "read_variables_variables_filter_post", a.filterVariables},
		{http.MethodPost, "/variables/count", "count_variables_variables_count_post", a.countVariables},
	}
}

// findVariable gives the variable that the path names by id or by name.
func findVariable(tx *store.Tx, r *http.Request) (v *prefect.Variable, err error) {
	if r.PathValue("id") != "" {
		v, err = tx.ReadVariable(pathID(r, "id"))
	} else {
		v, err = tx.ReadVariableByName(r.PathValue("name"))
	}
	if err == nil && v == nil {
		err = fault.New(fault.NotFound, "Variable not found.")
	}
	return v, err
}

func (a *API) createVariable(w http.ResponseWriter, r *http.Request) error {
	var in prefect.VariableCreate
	if err := body(r, &in); err != nil {
		return err
	}
	var v *prefect.Variable
	err := a.store.Update(r.Context(), func(tx *store.Tx) (err error) {
		v, err = tx.CreateVariable(&in)
		return err
	})
	if err != nil {
		return err
	}
	respond(w, http.StatusCreated, v)
	return nil
}

func (a *API) readVariable(w http.ResponseWriter, r *http.Request) error {
	return view(a, w, r, func(tx *store.Tx) (*prefect.Variable, error) { return findVariable(tx, r) })
}

func (a *API) updateVariable(w http.ResponseWriter, r *http.Request) error {
	var in prefect.VariableUpdate
	if err := body(r, &in); err != nil {
		return err
	}
	return a.change(w, r, "Variable", func(tx *store.Tx) (bool, error) {
		v, err := findVariable(tx, r)
		if err != nil {
			return false, err
		}
		return true, tx.UpdateVariable(v, &in)
	})
}

func (a *API) deleteVariable(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "Variable", func(tx *store.Tx) (bool, error) {
		v, err := findVariable(tx, r)
		if err != nil {
			return false, err
		}
		return true, tx.DeleteVariable(v)
	})
}

type variableQuery struct {
	decode.Embedded
	sized
	Offset    int                     `json:"offset" rule:"ge=0"`
	Variables *prefect.VariableFilter `json:"variables"`
	Sort      prefect.VariableSort    `json:"sort"`
}

// Defaults implements decode.Defaulter.
func (q *variableQuery) Defaults() { q.Sort = prefect.VariableNameAsc }

func (a *API) filterVariables(w http.ResponseWriter, r *http.Request) error {
	var in variableQuery
	limit, err := a.pagedBody(r, &in)
	if err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) ([]*prefect.Variable, error) {
		return tx.FilterVariables(in.Variables, in.Sort, prefect.Page{Limit: limit, Offset: in.Offset})
	})
}

func (a *API) countVariables(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		decode.Embedded
		Variables *prefect.VariableFilter `json:"variables"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	return view(a, w, r, func(tx *store.Tx) (int, error) { return tx.CountVariables(in.Variables) })
}
