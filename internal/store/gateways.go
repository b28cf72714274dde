package store

import (
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// mostGateways bounds the gateways that are called.
const mostGateways = 64

// Gateway is somebody who stands between workers and the server, and is called
// when there is something to do for them.
type Gateway struct {
	Name    string       `json:"name"`
	Created prefect.Time `json:"created"`
	Updated prefect.Time `json:"updated"`
	// URL is where it is called.
	URL string `json:"url"`
	// Token is what it wants to be shown.
	Token string `json:"-"`
	// Pools are those whose workers are behind it; none stands for all.
	Pools []string `json:"pools"`
}

const gatewayColumns = `name, created, updated, url, token, pools`

func scanGateway(r Row) (*Gateway, error) {
	g := Gateway{Pools: []string{}}
	err := r.Scan(&g.Name, &g.Created, &g.Updated, &g.URL, &g.Token, JSON(&g.Pools))
	return &g, err
}

// PutGateway makes a gateway or replaces it, and returns it as it is now.
func (tx *Tx) PutGateway(g *Gateway) (*Gateway, error) {
	n, err := tx.count(`SELECT count(*) FROM gateway WHERE name <> ?`, g.Name)
	if err != nil {
		return nil, err
	}
	if n >= mostGateways {
		return nil, fault.New(fault.Conflict, "There are %d gateways already.", mostGateways).
			WithHint("delete one that is gone: DELETE /api/reeve/gateways/NAME")
	}
	_, err = tx.conn.Exec(`INSERT INTO gateway (name, created, updated, url, token, pools) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET updated = excluded.updated, url = excluded.url, token = excluded.token, pools = excluded.pools`,
		g.Name, tx.Now, tx.Now, g.URL, g.Token, JSON(g.Pools))
	if err != nil {
		return nil, err
	}
	tx.Touch(Gateways)
	put, _, err := first(tx, `SELECT `+gatewayColumns+` FROM gateway WHERE name = ?`, []any{g.Name}, scanGateway)
	return put, err
}

// ReadGateways returns all gateways by name.
func (tx *Tx) ReadGateways() ([]*Gateway, error) {
	return collect(tx, `SELECT `+gatewayColumns+` FROM gateway ORDER BY name`, nil, scanGateway)
}

// GatewayPools returns the names of the pools that gateways have named.
func (tx *Tx) GatewayPools() ([]string, error) {
	gateways, err := tx.ReadGateways()
	var names []string
	for _, g := range gateways {
		names = append(names, g.Pools...)
	}
	return names, err
}

// DeleteGateway forgets a gateway; false when there is none of that name.
func (tx *Tx) DeleteGateway(name string) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM gateway WHERE name = ?`, name)
	tx.Touch(Gateways)
	return n > 0, err
}
