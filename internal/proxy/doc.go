// Package proxy stands between workers and a server that sleeps. While the server
// is awake everything passes; while it sleeps, what workers ask only because they
// wait is answered from memory, and anything else wakes it. The server says when
// it goes and what it will next be needed for (see view and wire.Nudge).
//
// What the server answers is remembered by what was asked and by the password
// shown, as a sum: nobody gets an answer that the server would not have given.
package proxy
