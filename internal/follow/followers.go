package follow

import "math"

// Followers are the followers of one log.
type Followers []*Follower

// Passed is the sequence up to which all of them have dealt with the log, which
// is what retention may delete. Without any follower it is all.
func (all Followers) Passed() int64 {
	least := int64(math.MaxInt64)
	for _, f := range all {
		least = min(least, f.Passed())
	}
	return least
}
