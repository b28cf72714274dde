// Package wire is what the programs of Reeve say to each other beyond Prefect's
// contract: the headers that server, gateway and worker add to its requests, and
// the calls that a server makes of its gateways.
package wire
