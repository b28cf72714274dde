package concurrency

import (
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
)

// TagPrefix begins the names of limits that stand for a task tag.
const TagPrefix = "tag:"

// DeploymentPrefix begins the names of limits that belong to a deployment.
const DeploymentPrefix = "deployment:"

// DeploymentName is the name of the limit that belongs to a deployment.
func DeploymentName(id uuid.UUID) string { return DeploymentPrefix + id.String() }

const (
	// leastOccupancy bounds the average occupancy of a slot, in seconds, from below.
	leastOccupancy = 0.1
	// occupancySamples is over how many rounds of all slots occupancy is averaged.
	occupancySamples = 2
	// epsilon is what a computed number of slots may be off.
	epsilon = 1e-9
)

// Limit is a concurrency limit. ActiveSlots and DeniedSlots are as of Updated.
type Limit struct {
	ID      uuid.UUID
	Created time.Time
	Updated time.Time
	Active  bool
	Name    string
	// Limit is the number of slots.
	Limit       int
	ActiveSlots float64
	DeniedSlots float64
	// SlotDecayPerSecond is how many active slots end each second by themselves; 0 for none.
	SlotDecayPerSecond float64
	// AvgSlotOccupancySeconds is how long a slot was held, of late.
	AvgSlotOccupancySeconds float64
}

// Waits are the longest waits that are told to those who find no slot.
type Waits struct {
	// Tag is for limits of task tags.
	Tag time.Duration
	// Most is for all others.
	Most time.Duration
}

func (w Waits) of(l *Limit) float64 {
	if strings.HasPrefix(l.Name, TagPrefix) {
		return w.Tag.Seconds()
	}
	return w.Most.Seconds()
}

// Taken is the number of slots that count as taken at now.
func (l *Limit) Taken(now time.Time) int { return whole(l.activeAt(now)) }

// Decays is when the next slot is free though nobody gives one back, because slots
// decay; false when there is a free one, or none ever will be.
func (l *Limit) Decays(now time.Time) (at time.Time, ok bool) {
	over := l.activeAt(now) - float64(l.Limit-1)
	if !l.Active || l.Limit < 1 || l.SlotDecayPerSecond <= 0 || over <= epsilon {
		return at, false
	}
	const longest = 1e9 // seconds: for ever
	return now.Add(time.Duration(min(over/l.SlotDecayPerSecond, longest) * float64(time.Second))).Add(time.Microsecond), true
}

func whole(slots float64) int { return int(math.Ceil(slots - epsilon)) }

func (l *Limit) activeAt(now time.Time) float64 {
	return math.Max(0, l.ActiveSlots-l.SlotDecayPerSecond*l.age(now))
}

func (l *Limit) deniedAt(now time.Time, waits Waits) float64 {
	rate := l.SlotDecayPerSecond
	if rate <= 0 {
		rate = 1 / math.Max(leastOccupancy, math.Min(l.AvgSlotOccupancySeconds, waits.of(l)))
	}
	return math.Max(0, l.DeniedSlots-rate*l.age(now))
}

func (l *Limit) age(now time.Time) float64 { return math.Max(0, now.Sub(l.Updated).Seconds()) }

// settle brings the slots to now.
func (l *Limit) settle(now time.Time, waits Waits) {
	l.ActiveSlots, l.DeniedSlots, l.Updated = l.activeAt(now), l.deniedAt(now, waits), now
}

// fits reports whether so many more slots can be taken at now.
func (l *Limit) fits(slots int, now time.Time) bool { return l.Taken(now)+slots <= l.Limit }

func (l *Limit) take(slots int, now time.Time, waits Waits) {
	l.settle(now, waits)
	l.ActiveSlots += float64(slots)
}

// give returns slots back; held, when above 0, is how many seconds they were held
// and enters the average.
func (l *Limit) give(slots int, held float64, now time.Time, waits Waits) {
	l.settle(now, waits)
	l.ActiveSlots = math.Max(0, l.ActiveSlots-float64(slots))
	if held > 0 && slots > 0 && l.Limit > 0 {
		each := math.Max(held/float64(slots), leastOccupancy)
		l.AvgSlotOccupancySeconds += (each - l.AvgSlotOccupancySeconds) / float64(l.Limit*occupancySamples)
	}
}

// deny notes that slots were wanted and not there.
func (l *Limit) deny(slots int, now time.Time, waits Waits) {
	l.settle(now, waits)
	l.DeniedSlots += float64(slots)
}

// crowd is how many slots' turns a request for slots has before it.
func (l *Limit) crowd(slots int, now time.Time, waits Waits) float64 {
	wanted := float64(slots) + float64(whole(l.deniedAt(now, waits)))
	if l.SlotDecayPerSecond > 0 {
		return wanted
	}
	return wanted / float64(max(l.Limit, 1))
}

// meanWait is how many seconds, on average, until slots may be free.
func (l *Limit) meanWait(slots int, now time.Time, waits Waits) float64 {
	crowd := l.crowd(slots, now, waits)
	if l.SlotDecayPerSecond > 0 {
		return crowd / l.SlotDecayPerSecond
	}
	most := waits.of(l)
	return math.Min(math.Min(l.AvgSlotOccupancySeconds, most)*crowd, most)
}

// IsTag reports whether the limit stands for a task tag.
func (l *Limit) IsTag() bool { return strings.HasPrefix(l.Name, TagPrefix) }

// Tag is the task tag a limit stands for.
func (l *Limit) Tag() string { return strings.TrimPrefix(l.Name, TagPrefix) }
