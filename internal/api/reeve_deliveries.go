package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// The deliveries of automations: what firings asked for, and how that went.
func (a *API) reeveDeliveryRoutes() []rest.Route {
	return []rest.Route{
		rest.Ask("/reeve/deliveries", "reeve_read_deliveries", a.readDeliveries),
		rest.Get("/reeve/deliveries/{id}", "reeve_read_delivery", a.readDelivery),
		rest.Do(http.MethodPost, "/reeve/deliveries/{id}/resend", "reeve_resend_delivery", a.resendDelivery),
		rest.Ask("/reeve/automations/{id}/deliveries", "reeve_read_automation_deliveries", a.readAutomationDeliveries),
	}
}

// deliveryStatus restricts deliveries, "" for all.
type deliveryStatus string

// Values implements decode.Enum.
func (deliveryStatus) Values() []string {
	return []string{"waiting", "delivered", "dead", "held", "gathered", "dropped"}
}

// deliveryQuery asks for a page of deliveries, the newest first.
type deliveryQuery struct {
	Status deliveryStatus `json:"status"`
	Limit  int            `json:"limit" rule:"ge=1,le=200"`
	Offset int            `json:"offset" rule:"ge=0,le=1000000"`
}

// Defaults implements decode.Defaulter.
func (q *deliveryQuery) Defaults() { q.Limit = 50 }

func (a *API) readDeliveries(r *http.Request, in *deliveryQuery) ([]*prefect.AutomationDelivery, error) {
	return a.deliveries(r, nil, in)
}

// readAutomationDeliveries lists those of an automation, though it may be deleted.
func (a *API) readAutomationDeliveries(r *http.Request, in *deliveryQuery) ([]*prefect.AutomationDelivery, error) {
	id := rest.ID(r, "id")
	return a.deliveries(r, &id, in)
}

func (a *API) deliveries(r *http.Request, automation *uuid.UUID, in *deliveryQuery) ([]*prefect.AutomationDelivery, error) {
	return view(a, r, func(tx *store.Tx) ([]*prefect.AutomationDelivery, error) {
		return tx.Deliveries(automation, string(in.Status), prefect.Page{Limit: in.Limit, Offset: in.Offset})
	})
}

func (a *API) readDelivery(r *http.Request) (*prefect.AutomationDelivery, error) {
	return view(a, r, func(tx *store.Tx) (*prefect.AutomationDelivery, error) { return deliveryOf(tx, r) })
}

func deliveryOf(tx *store.Tx, r *http.Request) (*prefect.AutomationDelivery, error) {
	d, err := tx.ReadDelivery(rest.ID(r, "id"))
	if err == nil && d == nil {
		err = fault.New(fault.NotFound, "Delivery not found.")
	}
	return d, err
}

// resendDelivery has a delivery that is over made once more, and one that is held at once.
func (a *API) resendDelivery(r *http.Request) (*prefect.AutomationDelivery, error) {
	return update(a, r, func(tx *store.Tx) (*prefect.AutomationDelivery, error) {
		if _, err := deliveryOf(tx, r); err != nil {
			return nil, err
		}
		again, err := tx.ResendDelivery(rest.ID(r, "id"))
		if err == nil && !again {
			err = fault.New(fault.Conflict, "The delivery still waits; it is tried again by itself.")
		}
		if err != nil {
			return nil, err
		}
		return deliveryOf(tx, r)
	})
}
