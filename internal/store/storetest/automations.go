package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var automationsCases = []Case{
	{"an automation is given back as it was made, and its triggers have new ids", automationIsGivenBack},
	{"every change of an automation raises the version and wakes watchers, and nothing else does", automationsVersionGrows},
	{"an update changes what was given", automationUpdateChangesWhatWasGiven},
	{"a deploy deletes the automations that belong to its deployment, and no others", ownedAutomationsAreDeleted},
	{"automations are found by name, tag and time", automationsAreFound},
}

// reactive is a trigger of any event of a name.
func reactive(expect string) prefect.Trigger {
	return prefect.Trigger{Event: &prefect.EventTrigger{Expect: []string{expect}, Posture: prefect.Reactive, Threshold: 1}}
}

func automationNamed(name string, actions ...prefect.Action) *prefect.AutomationCreate {
	return &prefect.AutomationCreate{AutomationCore: prefect.AutomationCore{Name: name, Enabled: true, Trigger: reactive("it"), Actions: actions}}
}

func runDeployment(id uuid.UUID) prefect.Action {
	return prefect.Action{Type: prefect.RunDeployment, Run: &prefect.RunDeploymentAction{
		DeploymentTarget: prefect.DeploymentTarget{Source: prefect.Selected, DeploymentID: &id}}}
}

func createAutomation(t *testing.T, s *store.Store, c *prefect.AutomationCreate) (a *prefect.Automation) {
	t.Helper()
	update(t, s, func(tx *store.Tx) (err error) {
		a, err = tx.CreateAutomation(c)
		return err
	})
	return a
}

func automationIsGivenBack(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	sent := uuid.New()
	within := prefect.Seconds(time.Minute)
	c := automationNamed("compound", prefect.Action{Type: prefect.DoNothing})
	c.Description, c.Tags = "why", prefect.Tags{"b", "a"}
	child := reactive("child")
	child.ID = sent
	child.Event.Match = prefect.ResourceSpecification{"label": {Any: []string{"one"}}, "other": {Any: []string{"one", "two"}, Listed: true}}
	child.Event.ForEach = []string{"z", "a"}
	c.Trigger = prefect.Trigger{ID: sent, Compound: &prefect.CompoundTrigger{
		Triggers: []prefect.Trigger{child}, Within: &within, Require: prefect.Require{Any: true}}}
	made := createAutomation(t, s, c)
	var read *prefect.Automation
	view(t, s, func(tx *store.Tx) (err error) {
		read, err = tx.ReadAutomation(made.ID)
		return err
	})
	if read.Name != "compound" || read.Description != "why" || !read.Enabled || !slices.Equal(read.Tags, []string{"b", "a"}) || !read.Created.Equal(Start) {
		t.Errorf("read %+v", read)
	}
	if read.Trigger.ID == sent || read.Trigger.ID == uuid.Nil || read.Trigger.Children()[0].ID == sent || read.Trigger.ID == read.Trigger.Children()[0].ID {
		t.Errorf("the ids of triggers are %v and %v, sent as %v", read.Trigger.ID, read.Trigger.Children()[0].ID, sent)
	}
	event := read.Trigger.Children()[0].Event
	if !slices.Equal(event.Match["other"].Any, []string{"one", "two"}) || !slices.Equal(event.ForEach, []string{"z", "a"}) || *read.Trigger.Compound.Within != within {
		t.Errorf("the trigger is %+v", event)
	}
	if len(read.Actions) != 1 || read.Actions[0].Type != prefect.DoNothing || read.ActionsOnTrigger == nil || read.ActionsOnResolve == nil {
		t.Errorf("actions %v, %v, %v", read.Actions, read.ActionsOnTrigger, read.ActionsOnResolve)
	}
}

func automationsVersionGrows(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	woken, end := s.Watch(store.Automations)
	defer end()
	version := func() (n int) {
		view(t, s, func(tx *store.Tx) (err error) {
			n, err = tx.AutomationsVersion()
			return err
		})
		return n
	}
	var a *prefect.Automation
	for _, step := range []struct {
		name    string
		changes bool
		do      func(tx *store.Tx) error
	}{
		{"create", true, func(tx *store.Tx) (err error) {
			c := automationNamed("a")
			owner := "owner"
			c.OwnerResource = &owner
			a, err = tx.CreateAutomation(c)
			return err
		}},
		{"read", false, func(tx *store.Tx) error { _, err := tx.EnabledAutomations(); return err }},
		{"pause", true, func(tx *store.Tx) error { return tx.EnableAutomation(a.ID, false) }},
		{"pause again", true, func(tx *store.Tx) error { return tx.EnableAutomation(a.ID, false) }},
		{"update", true, func(tx *store.Tx) error {
			u := &prefect.AutomationUpdate{AutomationCore: automationNamed("b").AutomationCore}
			u.Mark("name")
			return tx.UpdateAutomation(a.ID, u)
		}},
		{"delete what a stranger owns", false, func(tx *store.Tx) error { return tx.DeleteOwnedAutomations("stranger") }},
		{"delete what is owned", true, func(tx *store.Tx) error { return tx.DeleteOwnedAutomations("owner") }},
		{"make and delete at once", true, func(tx *store.Tx) error {
			made, err := tx.CreateAutomation(automationNamed("c"))
			if err != nil {
				return err
			}
			return tx.DeleteAutomation(made)
		}},
	} {
		before := version()
		update(t, s, step.do)
		if changed := version() > before; changed != step.changes {
			t.Errorf("%s: the version went from %d to %d", step.name, before, version())
		}
		select {
		case <-woken:
			if !step.changes {
				t.Errorf("%s: watchers were woken", step.name)
			}
		default:
			if step.changes {
				t.Errorf("%s: watchers were not woken", step.name)
			}
		}
	}
}

func automationUpdateChangesWhatWasGiven(t *testing.T, open Open) {
	s, machine := newStore(t, open)
	before, after := uuid.New(), uuid.New()
	c := automationNamed("old", runDeployment(before))
	c.Description = "kept"
	a := createAutomation(t, s, c)
	machine.Advance(time.Minute)
	u := &prefect.AutomationUpdate{AutomationCore: automationNamed("new", runDeployment(after), runDeployment(after)).AutomationCore}
	u.Mark("name", "trigger", "actions")
	update(t, s, func(tx *store.Tx) error { return tx.UpdateAutomation(a.ID, u) })
	view(t, s, func(tx *store.Tx) error {
		read, err := tx.ReadAutomation(a.ID)
		if err != nil {
			return err
		}
		if read.Name != "new" || read.Description != "kept" || !read.Updated.Equal(machine.Now()) || !read.Created.Equal(Start) || read.Trigger.ID == a.Trigger.ID {
			t.Errorf("after the update it is %+v", read)
		}
		for deployment, want := range map[uuid.UUID]int{before: 0, after: 1} {
			related, err := tx.RelatedAutomations("prefect.deployment." + deployment.String())
			if err != nil {
				return err
			}
			if len(related) != want {
				t.Errorf("%d automations are related to %v, want %d", len(related), deployment, want)
			}
		}
		return nil
	})
}

func ownedAutomationsAreDeleted(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	deployment := uuid.New()
	owner := "prefect.deployment." + deployment.String()
	owned := automationNamed("owned", runDeployment(deployment))
	owned.OwnerResource = &owner
	createAutomation(t, s, owned)
	running := createAutomation(t, s, automationNamed("running", runDeployment(deployment)))
	createAutomation(t, s, automationNamed("other"))
	related := func() (names []string) {
		view(t, s, func(tx *store.Tx) error {
			automations, err := tx.RelatedAutomations(owner)
			for _, a := range automations {
				names = append(names, a.Name)
			}
			return err
		})
		return names
	}
	if got := related(); !slices.Equal(got, []string{"owned", "running"}) {
		t.Errorf("related are %v", got)
	}
	// An update leaves the owner what it owns.
	update(t, s, func(tx *store.Tx) error {
		u := &prefect.AutomationUpdate{AutomationCore: automationNamed("running").AutomationCore}
		u.Mark("actions")
		return tx.UpdateAutomation(running.ID, u)
	})
	if got := related(); !slices.Equal(got, []string{"owned"}) {
		t.Errorf("after an update, related are %v", got)
	}
	update(t, s, func(tx *store.Tx) error { return tx.DeleteOwnedAutomations(owner) })
	view(t, s, func(tx *store.Tx) error {
		n, err := tx.CountAutomations(nil)
		if n != 2 {
			t.Errorf("%d automations are left, want 2", n)
		}
		return err
	})
}

func automationsAreFound(t *testing.T, open Open) {
	s, machine := newStore(t, open)
	for i, name := range []string{"b", "a", "c"} {
		c := automationNamed(name)
		c.Enabled = name != "a"
		c.Tags = [][]string{{"x"}, {"x", "y"}, {}}[i]
		createAutomation(t, s, c)
		machine.Advance(time.Minute)
	}
	is := true
	for _, c := range []struct {
		name   string
		filter *prefect.AutomationFilter
		sort   prefect.AutomationSort
		want   []string
	}{
		{"all by name", nil, prefect.AutomationNameAsc, []string{"a", "b", "c"}},
		{"the newest first", nil, "CREATED_DESC", []string{"c", "a", "b"}},
		{"by name", &prefect.AutomationFilter{Name: &prefect.AnyText{Any: []string{"c", "b"}}}, "NAME_DESC", []string{"c", "b"}},
		{"made before", &prefect.AutomationFilter{Created: &prefect.AutomationFilterCreated{Before: prefect.AtPointer(Start)}}, prefect.AutomationNameAsc, []string{"b"}},
		{"with all tags", &prefect.AutomationFilter{Tags: &prefect.AllAnyTags{All: []string{"x", "y"}}}, prefect.AutomationNameAsc, []string{"a"}},
		{"with any tag", &prefect.AutomationFilter{Tags: &prefect.AllAnyTags{Any: []string{"x"}}}, prefect.AutomationNameAsc, []string{"a", "b"}},
		{"without tags", &prefect.AutomationFilter{Tags: &prefect.AllAnyTags{IsNull: &is}}, prefect.AutomationNameAsc, []string{"c"}},
		{"either", &prefect.AutomationFilter{Operator: prefect.Or, Name: &prefect.AnyText{Any: []string{"b"}}, Tags: &prefect.AllAnyTags{IsNull: &is}},
			prefect.AutomationNameAsc, []string{"b", "c"}},
	} {
		view(t, s, func(tx *store.Tx) error {
			found, err := tx.FilterAutomations(c.filter, c.sort, prefect.Page{Limit: 10})
			if err != nil {
				return err
			}
			var names []string
			for _, a := range found {
				names = append(names, a.Name)
			}
			if !slices.Equal(names, c.want) {
				t.Errorf("%s: %v, want %v", c.name, names, c.want)
			}
			n, err := tx.CountAutomations(c.filter)
			if n != len(c.want) {
				t.Errorf("%s: counted %d", c.name, n)
			}
			return err
		})
	}
	view(t, s, func(tx *store.Tx) error {
		enabled, err := tx.EnabledAutomations()
		if len(enabled) != 2 || enabled[0].Name != "b" || enabled[1].Name != "c" {
			t.Errorf("enabled are %v", enabled)
		}
		return err
	})
}
