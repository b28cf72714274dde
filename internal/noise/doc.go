// Package noise decides which of an automation's messages are sent, and when: those of
// a run that may yet be retried to success, those that come in quiet hours, and those
// that would repeat what was told a short while ago.
//
// A message is a delivery of a notification. It is held until it may be sent, and looked
// at again whenever its time has come. Of those that wait for quiet hours or an interval to end
// the first of each group carries the others: they become one message. The rules
// here are functions of the settings, of how things stand, and of the time; rows, and who
// looks when, are others' (internal/store, internal/services).
package noise
