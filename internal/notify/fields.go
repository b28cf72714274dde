package notify

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/reevehq/reeve/internal/mask"
)

// read decodes a block's document into a struct that holds the defaults of its
// type. A field that is null keeps its default.
func (b Block) read(to any) error {
	var wrong *json.UnmarshalTypeError
	decoder := json.NewDecoder(bytes.NewReader(b.Data))
	decoder.UseNumber()
	switch err := decoder.Decode(to); {
	case errors.As(err, &wrong) && wrong.Field != "":
		return unusable(b, "%s is a %s", wrong.Field, wrong.Value)
	case err != nil:
		return unusable(b, "its document is no object")
	}
	return nil
}

// need fails for the first field that is missing: names and values take turns.
func (b Block) need(fields ...string) error {
	for i := 0; i+1 < len(fields); i += 2 {
		if strings.TrimSpace(fields[i+1]) == "" {
			return unusable(b, "it has no %s", fields[i])
		}
	}
	return nil
}

// hasURL reports whether a document has a url.
func (b Block) hasURL() bool {
	var w urlBlock
	return b.read(&w) == nil && w.URL != ""
}

// list is a list of texts; one text stands for a list of it, as the user interface
// of the reference saves it.
type list []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *list) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*l = nil
		if one = strings.TrimSpace(one); one != "" {
			*l = list{one}
		}
		return nil
	}
	var all []string
	err := json.Unmarshal(text, &all)
	*l = all
	return err
}

// words takes apart texts that hold several, as apprise does.
func words(all list) list {
	var found list
	for _, one := range all {
		found = append(found, strings.FieldsFunc(one, func(r rune) bool { return strings.ContainsRune("[];,", r) || unicode.IsSpace(r) })...)
	}
	return found
}

// values are texts by name; numbers and switches are taken as they are written.
type values map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (v *values) UnmarshalJSON(text []byte) error {
	var all map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		return err
	}
	*v = values{}
	for name, value := range all {
		switch value := value.(type) {
		case string:
			(*v)[name] = value
		case nil:
			(*v)[name] = ""
		default:
			written, err := json.Marshal(value)
			if err != nil {
				return err
			}
			(*v)[name] = string(written)
		}
	}
	return nil
}

// secretFields are the fields of all types whose values, and what is below them,
// are secret.
var secretFields = []string{"url", "token", "api_key", "apikey", "integration_key", "auth_token", "webhook_id", "webhook_token",
	"password", "headers", "secrets", "cookies", "account_sid"}

// longToken is the length from which a part of a url is taken for a secret.
const longToken = 12

// masker knows the block's secrets.
func (b Block) masker() *mask.Masker {
	var fields map[string]any
	if json.Unmarshal(b.Data, &fields) != nil {
		return nil
	}
	hidden := mask.New()
	for _, name := range secretFields {
		addSecrets(hidden, fields[name])
	}
	return hidden
}

func addSecrets(to *mask.Masker, value any) {
	switch value := value.(type) {
	case string:
		to.Add(value)
		u, err := url.Parse(value)
		if err != nil || u.Scheme == "" {
			return
		}
		if password, ok := u.User.Password(); ok {
			to.Add(password)
		}
		parts := strings.Split(u.Path, "/")
		for _, of := range u.Query() {
			parts = append(parts, of...)
		}
		for _, part := range parts {
			if len(part) >= longToken {
				to.Add(part)
			}
		}
	case map[string]any:
		for _, below := range value {
			addSecrets(to, below)
		}
	case []any:
		for _, below := range value {
			addSecrets(to, below)
		}
	}
}
