package orchestration

// CoreFlowPolicy governs the states that clients propose for flow runs.
var CoreFlowPolicy = Policy{
	preserveLeaseID,
	preventDuplicateTransitions,
	answerCollision,
	handleFlowTerminalStates,
	enforceCancellingToCancelled,
	bypassCancellingWithoutInfrastructure,
	preventPendingTransitions,
	preventSecondExecution,
	validateSlotAtRunning,
	secureFlowLimit,
	securePoolLimit,
	secureFlowSlot,
	removeLeaseOfOldClients,
	ensureOnlyScheduledMarkedLate,
	handlePausingFlows,
	handleResumingFlows,
	copyScheduledTime,
	waitForScheduledTime,
	retryFailedFlows,
	keepClaim,
	rescheduleRetries,
	instrumentFlowRuns,
	releaseFlowSlots,
	freeFlowLimit,
	freePoolLimit,
	noteEndedRuns,
}

// MinimalFlowPolicy governs forced states and those the server sets itself.
var MinimalFlowPolicy = Policy{
	preserveLeaseID,
	preventResultDataLoss,
	bypassCancellingWithoutInfrastructure,
	keepClaim,
	rescheduleRetries,
	instrumentFlowRuns,
	releaseFlowSlots,
	freeFlowLimit,
	freePoolLimit,
	noteEndedRuns,
}

// MarkLateRunsPolicy governs the marking of runs that did not start in time. It ends
// those whose collision strategy has it so.
var MarkLateRunsPolicy = Policy{
	ensureOnlyScheduledMarkedLate,
	enforceSlotOnLate,
	instrumentFlowRuns,
	noteEndedRuns,
}
