// Package actions does what an automation asks for when it has fired: the 17 actions
// of the contract. What it does to the server it asks of the server's own API, in
// the automation's name; what goes outside goes through package notify.
//
// An action is tried once for each call. How often, and until when, is for others to
// say: an Outcome tells whether trying again is of use. What is tried again carries
// the same key.
package actions
