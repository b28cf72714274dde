package blocks

import (
	"errors"
	"time"

	"github.com/fernet/fernet-go"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Cipher encrypts the data of documents with Fernet, as the reference does.
type Cipher struct{ key fernet.Key }

// NewCipher makes a cipher of a written key: 32 bytes in URL-safe base64.
func NewCipher(key string) (*Cipher, error) {
	k, err := fernet.DecodeKey(key)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "PREFECT_SERVER_ENCRYPTION_KEY is not a Fernet key").
			WithHint("a Fernet key is 32 bytes in URL-safe base64; leave it out to have one drawn and kept in the database")
	}
	return &Cipher{*k}, nil
}

// NewKey draws a key, in its written form.
func NewKey() (string, error) {
	var k fernet.Key
	if err := k.Generate(); err != nil {
		return "", err
	}
	return k.Encode(), nil
}

// Encrypt returns the token of a document's data.
func (c *Cipher) Encrypt(data pyjson.Value, now time.Time) (string, error) {
	token, err := fernet.EncryptAndSignAtTime(data.Raw(), &c.key, now)
	return string(token), err
}

// Decrypt reads a token.
func (c *Cipher) Decrypt(token string) (pyjson.Value, error) {
	data := fernet.VerifyAndDecrypt([]byte(token), 0, []*fernet.Key{&c.key})
	if data == nil {
		return pyjson.Value{}, errors.New("the data was encrypted with another key (PREFECT_SERVER_ENCRYPTION_KEY), or is damaged")
	}
	return pyjson.Parse(data)
}
