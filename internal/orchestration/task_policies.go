package orchestration

// CoreTaskPolicy governs the states that clients propose for task runs.
var CoreTaskPolicy = Policy{
	retrieveCachedState,
	handleTaskTerminalStates,
	preventRunningTasksFromStoppedFlows,
	secureTaskSlots, // after the cache: a cached state needs no slot
	copyScheduledTime,
	waitForScheduledTime,
	retryFailedTasks,
	renameReruns,
	updateFlowRunTracker,
	insertCachedState,
	releaseTaskSlots,
}

// BackgroundTaskPolicy governs the states of deferred task runs.
var BackgroundTaskPolicy = Policy{
	preventPendingTransitions,
	retrieveCachedState,
	handleTaskTerminalStates,
	copyScheduledTime,
	copyTaskParametersID,
	waitForScheduledTime,
	retryFailedTasks,
	renameReruns,
	updateFlowRunTracker,
	insertCachedState,
	releaseTaskSlots,
	enqueueScheduledTasks,
}

// MinimalTaskPolicy governs forced states and those the server sets itself.
var MinimalTaskPolicy = Policy{
	releaseTaskSlots,
}
