package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// isPostgres reports whether a database is a URL of PostgreSQL.
func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres") && strings.Contains(database, "://")
}

// postmaster is the first process of the PostgreSQL that scripts/with-postgres has started,
// 0 where none is known: then its processor time is not counted.
func postmaster() int {
	text, _ := os.ReadFile(filepath.Join(os.Getenv("REEVE_TEST_POSTGRES_DATA"), "postmaster.pid"))
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(first)
	return pid
}

// postgresCPU is the processor time that the sessions and services of a PostgreSQL have had: those
// that there are, and, in hundredths of a second, those that have ended.
func postgresCPU(postmaster int) (all time.Duration) {
	if postmaster == 0 {
		return 0
	}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		if fields := stat(file); len(fields) > 1 && fields[1] == strconv.Itoa(postmaster) {
			all += threadsCPU(filepath.Base(filepath.Dir(file)))
		}
	}
	if fields := stat(fmt.Sprintf("/proc/%d/stat", postmaster)); len(fields) > 14 {
		for _, field := range fields[13:15] { // cutime and cstime
			ticks, _ := strconv.ParseInt(field, 10, 64)
			all += time.Duration(ticks) * (time.Second / 100)
		}
	}
	return all
}

// stat are the fields of a process behind its name: state, parent and so on, proc_pid_stat(5).
func stat(file string) []string {
	text, _ := os.ReadFile(file)
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

// threadsCPU is the processor time that the threads of a process have had.
func threadsCPU(pid string) (all time.Duration) {
	files, _ := filepath.Glob("/proc/" + pid + "/task/*/schedstat")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		first, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		all += time.Duration(n)
	}
	return all
}
