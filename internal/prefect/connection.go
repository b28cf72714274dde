package prefect

// Subprotocol is the websocket subprotocol of clients that open with an auth
// frame: {"type": "auth", "token": ...}.
const Subprotocol = "prefect"

// AuthSuccess is the answer to an auth frame that was accepted.
const AuthSuccess = `{"type":"auth_success"}`

// MaintenanceHeader is "true" on the 503 of a server that starts or stops: clients
// come back, which does not count as one of their tries.
const MaintenanceHeader = "Prefect-Maintenance"

// The headers that writes carry when a server wants CSRF tokens: the token, and
// the client's id for which it was given.
const (
	CSRFTokenHeader  = "Prefect-Csrf-Token"
	CSRFClientHeader = "Prefect-Csrf-Client"
)
