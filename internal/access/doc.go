// Package access decides who may ask: who shows the password, and, where there
// is none, from which web pages a browser may call.
//
// It is the one place where credentials are compared. What is compared is
// hashed first, so that the time tells neither content nor length.
package access
