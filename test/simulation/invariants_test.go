package simulation

// invariant is a promise of the server that is looked at.
type invariant struct {
	// promise is a sentence: "no slot is leaked".
	promise string
	// broken says how it is broken, "" while it holds.
	broken func(w *world) string
}

// always are looked at after every step.
var always = []invariant{
	{"slots are counted as they are held", slotsAreCounted},
	{"no slot is leaked", slotsHaveHolders},
	{"no limit is exceeded", limitsHold},
	{"no claim passes a limit of a pool or flow", claimsHold},
	{"no run is lost", runsAreKept},
	{"what has ended stays so", endsAreFinal},
	{"every run that has not ended has an owner or a deadline", runsHaveOwners},
}

// whenQuiet are looked at when the server has nothing to do at the moment.
var whenQuiet = []invariant{
	{"nothing is overdue", nothingIsOverdue},
	{"the server is well", serverIsWell},
	{"a free slot is not waited for", freeSlotsAreGiven},
}

// nowAndThen are looked at when the server has nothing to do, but not each time, since
// they take long.
var nowAndThen = []invariant{
	{"counters equal recounts", countersAreRecounted},
	{"each firing has one delivery for each action", firingsHaveDeliveries},
	{"each firing is told of once", firingsAreTold},
	{"what was delivered was received", deliveriesWereReceived},
	{"firings are those of the model", firingsAreOfTheModel},
	{"every time of a schedule that catches up has its run", timesAreCaughtUp},
	{"what clients report of task runs is recorded", taskRunsAreRecorded},
}

// seldom is how many quiet moments lie between two looks at what takes long.
const seldom = 20

// examine looks at the invariants after a step.
func (w *world) examine() {
	if w.failure != nil {
		return
	}
	commits := w.commits()
	if w.view == nil || commits != w.looked {
		w.before, w.view, w.looked = w.view, w.read(), commits
		w.look(always)
		w.tellSuspended()
	}
	if w.quiet() && w.still != w.looked {
		w.still = w.looked
		w.look(whenQuiet)
		if w.quiets++; w.quiets%seldom == 0 {
			w.look(nowAndThen)
		}
	}
}

func (w *world) look(invariants []invariant) {
	for _, i := range invariants {
		if w.failure != nil {
			return
		}
		if what := i.broken(w); what != "" {
			w.fail(i.promise, "%s", what)
		}
	}
}

// looked is what has been looked at: by which process, after which of its commits.
type looked struct {
	boots   uint64
	commits int
}

func (w *world) commits() looked {
	if w.server == nil {
		return looked{w.boots, -1}
	}
	return looked{w.boots, w.server.hold.commits}
}
