// Package outbox brings durable deliveries to whom they are for. It knows neither
// what is delivered nor how: the rows are a Storage, an attempt is a function,
// and a Reporter says in the words of its own what happened.
//
//	            the attempt succeeded
//	waiting -------------------------> delivered --(retention)--> gone
//	 ^  |  \
//	 |  |   \ it failed for good
//	 |  |    `-----------------------> dead ------(retention)--> gone
//	 |  |                                |
//	 |  `- it failed: back-off           | it is sent again
//	 `-----'<----------------------------'
//
// Deliveries of one lane are tried one after the other in the order of their
// arrival; one that fails holds up its lane alone, unless its attempt says that
// any other would fail as well: then all wait. A kill between an attempt and the
// mark "delivered" repeats the attempt, which must be harmless.
package outbox
