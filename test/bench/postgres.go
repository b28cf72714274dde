package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// realOn is the reference on PostgreSQL.
func realOn(c *cluster, python string) kind {
	return kind{name: "reference", mayLose: true, database: c, command: func(folder, port string) *exec.Cmd {
		return realCommand(python, port, c.driver(folder))
	}}
}

// reeveOn is ours, so many servers of it on one database.
func reeveOn(c *cluster, name, binary string, servers int) kind {
	return kind{name: name, database: c, servers: servers, command: func(folder, port string) *exec.Cmd {
		return reeveCommand(binary, port, c.of(folder))
	}}
}

// onPostgres measures the reference on PostgreSQL and ours there and on SQLite, and prints a table.
func onPostgres(binary, before, python string, length time.Duration, rounds int) error {
	c, err := openCluster()
	if err != nil {
		return err
	}
	var kinds []kind
	if python != "none" {
		kinds = append(kinds, realOn(c, python))
	}
	kinds = append(kinds, reeveOn(c, "PostgreSQL, 1 server", binary, 1), reeveOn(c, "PostgreSQL, 3 servers", binary, 3))
	if before != "" {
		kinds = append(kinds, reeveOn(c, "before, 1 server", before, 1), reeveServer("before, SQLite", before, python))
	}
	kinds = append(kinds, reeveServer("SQLite", binary, python))
	results, err := compare(kinds, rounds, func(k kind, values map[string]float64) error { return underLoad(k, length, values, everything) })
	if err != nil {
		return err
	}
	printMarkdown(os.Stdout, results, python != "none")
	return nil
}

// transactions measures two ways of writing, our binary's and the other's, with one server
// and with several, and prints a table.
func transactions(binary, serializable string, length time.Duration) error {
	c, err := openCluster()
	if err != nil {
		return err
	}
	var kinds []kind
	for _, servers := range []int{1, 3, 5} {
		kinds = append(kinds, reeveOn(c, fmt.Sprintf("in turn, %d", servers), binary, servers),
			reeveOn(c, fmt.Sprintf("serializable, %d", servers), serializable, servers))
	}
	results, err := compare(kinds, 1, func(k kind, values map[string]float64) error {
		return underLoad(k, length, values, []string{"create", "slots", "cycle"})
	})
	if err != nil {
		return err
	}
	printMarkdown(os.Stdout, results, false)
	return nil
}

// underLoad measures phases on a new server.
func underLoad(k kind, length time.Duration, values map[string]float64, phases []string) error {
	s, err := start(k)
	if err != nil {
		return err
	}
	defer s.stop()
	time.Sleep(3 * time.Second) // a server that starts does more than answer
	values["idle"] = s.memory()
	if err := load(s, length, values, phases...); err != nil {
		return fmt.Errorf("%w\n%s", err, s.said())
	}
	return nil
}

// said is the end of what a server has logged.
func (s *server) said() string {
	text, err := os.ReadFile(filepath.Join(s.folder, "server.log"))
	if err != nil {
		return err.Error()
	}
	const most = 2000
	return strings.ToValidUTF8(string(text[max(0, len(text)-most):]), "")
}
