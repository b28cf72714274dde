package prefect

import "github.com/google/uuid"

// CsrfToken lets one client write for a while.
type CsrfToken struct {
	ID         uuid.UUID `json:"id"`
	Created    *Time     `json:"created"`
	Updated    *Time     `json:"updated"`
	Token      string    `json:"token"` // 64 hexadecimal digits
	Client     string    `json:"client"`
	Expiration Time      `json:"expiration"`
}
