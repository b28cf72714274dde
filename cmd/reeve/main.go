// Command reeve is a Prefect server, worker and gateway in one binary.
package main

import (
	"os"

	"github.com/reevehq/reeve/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
