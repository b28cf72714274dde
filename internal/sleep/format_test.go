package sleep

import (
	"strings"
	"testing"
)

func TestCalendar(t *testing.T) {
	tests := []struct{ line, want string }{
		{"0,30 * * * *", "*-*-* *:0,30:00 UTC"},
		{"0 9-17 * * 1-5", "Mon,Tue,Wed,Thu,Fri *-*-* 9..17:0:00 UTC"},
		{"0 0 28-31 * *", "*-*-28..31 0:0:00 UTC"},
		{"5 4 3 2 *", "*-2-3 4:5:00 UTC"},
		{"30 8 * * 0-1,4", "Sun,Mon,Thu *-*-* 8:30:00 UTC"},
	}
	for _, test := range tests {
		if got := calendar(test.line); got != test.want {
			t.Errorf("%s is %s, want %s", test.line, got, test.want)
		}
	}
}

// TestHostileAddresses: an address comes from the command line, and must stay a
// word in whatever it is written into.
func TestHostileAddresses(t *testing.T) {
	plan := &WakePlan{Schedules: 1, Lines: []string{"0 * * * *"}}
	const url = `http://x/a%20b'; drop table t; $wake$ ${{ secrets.X }}`
	tests := []struct{ format, want string }{
		{"crontab", `'http://x/a\%20b'\''; drop table t; $wake$ ${{ secrets.X }}/health'`},
		{"pg_cron", `$wake0$select net.http_get(url := 'http://x/a%20b''; drop table t; $wake$ ${{ secrets.X }}/health', timeout_milliseconds := 60000)$wake0$`},
		{"github", `'http://x/a%20b'\''; drop table t; $wake$ $ {{ secrets.X }}/health'`},
	}
	for _, test := range tests {
		files, err := plan.Write(test.format, url)
		if err != nil || len(files) != 1 || !strings.Contains(files[0].Text, test.want) {
			t.Errorf("%s: %v, want %s in %v", test.format, err, test.want, files)
		}
	}
}
