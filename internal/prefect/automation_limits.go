package prefect

import (
	"fmt"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/pyjson"
)

// The bounds of one automation, so that it can be read, kept in memory and evaluated
// for each event. What people write needs a tenth of them.
const (
	mostTriggers    = 100     // in all
	deepestTriggers = 5       // in each other
	mostActions     = 100     // of all its lists
	mostPatterns    = 2000    // names of events, labels and their patterns, of all triggers
	longestPattern  = 1000    // bytes
	longestName     = 1000    // bytes, also of each tag
	mostTags        = 200     //
	largestAction   = 256_000 // bytes of JSON
	longestDetail   = 10_000  // bytes of the description
)

// BoundAutomation refuses the body of an automation that is too large, with a
// budget.Exhausted. It is looked at before the body is decoded.
func BoundAutomation(body pyjson.Value) error {
	bounds := &automationBounds{}
	trigger, _ := body.Get("trigger")
	bounds.trigger(trigger, 1)
	actions := 0
	for _, key := range []string{"actions", "actions_on_trigger", "actions_on_resolve"} {
		list, _ := body.Get(key)
		actions += len(list.Items())
		for _, action := range list.Items() {
			bounds.size("an action", "size", len(action.Raw()), largestAction, "bytes")
		}
	}
	bounds.size("the automation", "actions", actions, mostActions, "actions")
	tags, _ := body.Get("tags")
	bounds.size("the automation", "tags", len(tags.Items()), mostTags, "tags")
	for _, tag := range tags.Items() {
		bounds.size("a tag", "length", len(tag.Text()), longestName, "bytes")
	}
	for key, most := range map[string]int{"name": longestName, "owner_resource": longestName, "description": longestDetail} {
		text, _ := body.Get(key)
		bounds.size("the "+key, "length", len(text.Text()), most, "bytes")
	}
	return bounds.err
}

type automationBounds struct {
	triggers, patterns int
	err                error
}

// size notes a fault when there is more of something than there may be.
func (b *automationBounds) size(what, resource string, n, most int, unit string) {
	if n > most && b.err == nil {
		b.err = &budget.Exhausted{What: what, Resource: resource, Limit: fmt.Sprintf("%d %s", most, unit)}
	}
}

func (b *automationBounds) trigger(t pyjson.Value, depth int) {
	b.triggers++
	b.size("the automation", "triggers", b.triggers, mostTriggers, "triggers")
	b.size("the automation", "depth", depth, deepestTriggers, "triggers in each other")
	if b.err != nil {
		return
	}
	for _, key := range []string{"after", "expect", "for_each", "match", "match_related"} {
		value, _ := t.Get(key)
		b.texts(value)
	}
	children, _ := t.Get("triggers")
	for _, child := range children.Items() {
		b.trigger(child, depth+1)
	}
}

// texts counts names and patterns, and the labels that they are of.
func (b *automationBounds) texts(v pyjson.Value) {
	if b.err != nil {
		return
	}
	one := func(text string) {
		b.patterns++
		b.size("the automation", "patterns", b.patterns, mostPatterns, "names and patterns")
		b.size("a pattern", "length", len(text), longestPattern, "bytes")
	}
	switch v.Kind() {
	case pyjson.Array:
		for _, item := range v.Items() {
			b.texts(item)
		}
	case pyjson.Object:
		for _, m := range v.Members() {
			one(m.Key)
			b.texts(m.Value)
		}
	default:
		one(v.Text())
	}
}
