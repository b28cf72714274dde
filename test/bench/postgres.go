package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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
	s.noteAgain(values)
	return nil
}

// noteAgain notes how many of a hundred transactions were done again, which those that are
// serializable say once a second.
func (s *server) noteAgain(values map[string]float64) {
	text, err := os.ReadFile(filepath.Join(s.folder, "server.log"))
	if err != nil {
		return
	}
	latest := map[string][2]float64{} // of each server
	for _, said := range regexp.MustCompile(`transactions server=(\S+) tried=(\d+) again=(\d+)`).FindAllStringSubmatch(string(text), -1) {
		tried, _ := strconv.ParseFloat(said[2], 64)
		again, _ := strconv.ParseFloat(said[3], 64)
		latest[said[1]] = [2]float64{tried, again}
	}
	var tried, again float64
	for _, counts := range latest {
		tried, again = tried+counts[0], again+counts[1]
	}
	if tried > 0 {
		values["again"] = 100 * again / tried
	}
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
