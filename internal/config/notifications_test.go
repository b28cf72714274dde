package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestNotifications(t *testing.T) {
	tests := []struct {
		name    string
		toml    string
		environ []string
		want    Notifications
		fault   string
	}{
		{name: "nothing said"},
		{"in the file", "[notifications]\nallow_private = [\"10.0.0.0/8\", \"chat.internal\"]\nmail_from = \"Reeve <r@example.com>\"\n[notifications.to]\n\"slack-credentials/ops\" = [\"#ops\"]\n", nil,
			Notifications{AllowPrivate: []string{"10.0.0.0/8", "chat.internal"}, MailFrom: "Reeve <r@example.com>", To: map[string][]string{"slack-credentials/ops": {"#ops"}}}, ""},
		{"the environment counts more", "[notifications]\nallow_private = [\"10.0.0.0/8\"]\n",
			[]string{"REEVE_NOTIFICATIONS_ALLOW_PRIVATE=::1, *", "REEVE_NOTIFICATIONS_MAIL_FROM=r@example.com"},
			Notifications{AllowPrivate: []string{"::1", "*"}, MailFrom: "r@example.com"}, ""},
		{"no network", "[notifications]\nallow_private = [\"10.0.0.0/99\"]\n", nil, Notifications{}, `"10.0.0.0/99" is no network`},
		{"no network in the environment", "", []string{"REEVE_NOTIFICATIONS_ALLOW_PRIVATE=http://a"}, Notifications{}, "REEVE_NOTIFICATIONS_ALLOW_PRIVATE"},
		{"no address of mail", "[notifications]\nmail_from = \"me\"\n", nil, Notifications{}, `"me" is no address of mail`},
		{"no address of mail in the environment", "", []string{"REEVE_NOTIFICATIONS_MAIL_FROM=me"}, Notifications{}, "REEVE_NOTIFICATIONS_MAIL_FROM"},
		{"no block", "[notifications.to]\nops = [\"#ops\"]\n", nil, Notifications{}, `"ops" is not type/name`},
		{"nobody", "[notifications.to]\n\"slack-credentials/ops\" = []\n", nil, Notifications{}, "names nobody"},
		{"an unknown key", "[notifications]\nallow_privat = []\n", nil, Notifications{}, "did you mean notifications.allow_private"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.toml, test.environ...)
			switch {
			case test.fault == "" && err != nil:
				t.Error(err)
			case test.fault != "" && (err == nil || !strings.Contains(faultAndHint(err), test.fault)):
				t.Errorf("error is %v, want %q", err, test.fault)
			case test.fault == "" && !reflect.DeepEqual(c.Notifications, test.want):
				t.Errorf("they are %+v", c.Notifications)
			}
		})
	}
}
