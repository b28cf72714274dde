package config

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

// allowHosts is the environment's name of [server] allow_hosts.
const allowHosts = "REEVE_ALLOW_HOSTS"

// Pages returns the origins whose pages may call though no password is set, and
// the names under which the server is known: those of the settings, those in the
// addresses that the settings give to clients, browsers and gateways, and the
// machine's own.
func (c *Config) Pages() (origins, hosts []string) {
	if c.IsSet("server.api.cors_allowed_origins") {
		for origin := range strings.SplitSeq(c.Text("server.api.cors_allowed_origins"), ",") {
			origins = append(origins, strings.TrimSpace(origin))
		}
	}
	hosts = append(hosts, c.AllowHosts...)
	for _, address := range []string{c.Text("api.url"), c.Text("ui_url"), c.Text("server.ui.api_url"), c.Gateway.URL, c.Gateway.API} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			origins = append(origins, u.Scheme+"://"+u.Host)
			hosts = append(hosts, u.Host)
		}
	}
	if app := c.environ["FLY_APP_NAME"]; app != "" {
		hosts = append(hosts, app+".fly.dev")
	}
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	return origins, hosts
}

// checkHosts refuses what cannot be a name.
func checkHosts(names []string) error {
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, "/ *") {
			return &malformed{fmt.Sprintf("%q is not the name of a host", name), "write it like prefect.example.com, without http:// and path"}
		}
	}
	return nil
}

// texts reads a list of texts.
func texts(v any) ([]string, error) {
	list, isList := v.([]any)
	names := make([]string, 0, len(list))
	for _, inner := range list {
		name, isText := inner.(string)
		isList = isList && isText
		names = append(names, name)
	}
	if !isList {
		return nil, &malformed{"no list of names", `write it like allow_hosts = ["prefect.example.com"]`}
	}
	return names, nil
}
