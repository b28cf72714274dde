package sleep

import (
	"fmt"
	"strings"
)

// File is a piece of a wake plan in somebody's form.
type File struct {
	// Name is what the file is usually called.
	Name string
	Text string
}

// Formats are the forms in which a plan can be written.
var Formats = []string{"crontab", "systemd", "pg_cron", "github"}

// Write writes the plan so that the server whose API is at url is woken by it:
// with a request to its health check, which needs no password.
func (p *WakePlan) Write(format, url string) ([]File, error) {
	url = strings.TrimSuffix(url, "/") + "/health"
	switch format {
	case "crontab":
		return []File{{"reeve-wake.crontab", p.crontab(url)}}, nil
	case "systemd":
		return p.systemd(url), nil
	case "pg_cron":
		return []File{{"reeve-wake.sql", p.pgCron(url)}}, nil
	case "github":
		return []File{{"reeve-wake.yml", p.github(url)}}, nil
	}
	return nil, fmt.Errorf("there is no format %q", format)
}

// title says what the file is; mark begins a comment.
func (p *WakePlan) title(mark string) string {
	what := "1 schedule"
	if p.Schedules != 1 {
		what = fmt.Sprintf("%d schedules", p.Schedules)
	}
	return mark + " Wakes the Reeve server in the minutes in which its " + what + " may have a run due, in UTC.\n" +
		mark + " Made by: reeve wake-plan. Make it again when schedules change.\n"
}

// fetch asks until the server is awake; it fails when it does not wake.
func fetch(url string) string {
	return "curl --fail --silent --show-error --output /dev/null --max-time 60 --retry 5 --retry-all-errors " + quoted(url)
}

// quoted is a word of the shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func (p *WakePlan) crontab(url string) string {
	var b strings.Builder
	b.WriteString(p.title("#") + "CRON_TZ=UTC\n")
	for _, line := range p.Lines {
		b.WriteString(line + " " + strings.ReplaceAll(fetch(url), "%", `\%`) + "\n")
	}
	return b.String()
}

func (p *WakePlan) systemd(url string) []File {
	var timer strings.Builder
	timer.WriteString(p.title("#") + "[Unit]\nDescription=Wake the Reeve server at its schedules\n\n[Timer]\nAccuracySec=1s\n")
	for _, line := range p.Lines {
		timer.WriteString("OnCalendar=" + calendar(line) + "\n")
	}
	timer.WriteString("\n[Install]\nWantedBy=timers.target\n")
	// Percent signs and dollars mean something to systemd.
	escaped := strings.NewReplacer("%", "%%", "$", "$$").Replace(fetch(url))
	service := p.title("#") + "[Unit]\nDescription=Wake the Reeve server\n\n[Service]\nType=oneshot\nExecStart=/usr/bin/env " + escaped + "\n"
	return []File{{"reeve-wake.timer", timer.String()}, {"reeve-wake.service", service}}
}

var weekdays = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// calendar writes a line of the plan as systemd.time(7) does.
func calendar(line string) string {
	f := strings.Fields(line)
	ranges := func(text string) string { return strings.ReplaceAll(text, "-", "..") }
	at := fmt.Sprintf("*-%s-%s %s:%s:00 UTC", ranges(f[3]), ranges(f[2]), ranges(f[1]), ranges(f[0]))
	if f[4] == "*" {
		return at
	}
	var week []string // named one by one: to systemd a week begins on Monday
	for _, part := range strings.Split(f[4], ",") {
		for day := part[0]; day <= part[len(part)-1]; day++ {
			week = append(week, weekdays[day-'0'])
		}
	}
	return strings.Join(week, ",") + " " + at
}

func (p *WakePlan) pgCron(url string) string {
	var b strings.Builder
	b.WriteString(p.title("--") + `create extension if not exists pg_cron;
create extension if not exists pg_net;
select cron.unschedule(jobname) from cron.job where jobname like 'reeve-wake-%';
`)
	literal := "'" + strings.ReplaceAll(url, "'", "''") + "'"
	tag := "$wake$"
	for i := 0; strings.Contains(url, tag); i++ {
		tag = fmt.Sprintf("$wake%d$", i)
	}
	for i, line := range p.Lines {
		fmt.Fprintf(&b, "select cron.schedule('reeve-wake-%d', '%s', %sselect net.http_get(url := %s, timeout_milliseconds := 60000)%s);\n",
			i+1, line, tag, literal, tag)
	}
	return b.String()
}

func (p *WakePlan) github(url string) string {
	var b strings.Builder
	b.WriteString(p.title("#"))
	b.WriteString("# GitHub starts such workflows some minutes late when it is busy, and no oftener than every 5 minutes.\n" +
		"name: Wake the Reeve server\non:\n  workflow_dispatch:\n")
	if len(p.Lines) > 0 {
		b.WriteString("  schedule:\n")
	}
	for _, line := range p.Lines {
		fmt.Fprintf(&b, "    - cron: \"%s\"\n", line)
	}
	b.WriteString("permissions: {}\njobs:\n  wake:\n    runs-on: ubuntu-latest\n    timeout-minutes: 10\n    steps:\n      - run: |\n          " +
		strings.ReplaceAll(fetch(url), "${{", "$ {{") + "\n")
	return b.String()
}
