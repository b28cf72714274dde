package prefect

// actionKind is one of the 17 kinds of actions: its name in the contract, and the part
// of an action that it needs.
type actionKind struct {
	of   ActionType
	name string
	// after is the rule that the reference looks at when the fields of an action are
	// all right, "" for none; it is part of the kind's name in the places of faults.
	after string
	// part makes the part in an empty action and returns a pointer to it.
	part func(*Action) any
}

// The rules of the reference.
const (
	deploymentRule = "selected_deployment_requires_id()"
	workQueueRule  = "selected_work_queue_requires_id()"
	workPoolRule   = "selected_work_pool_requires_id()"
	automationRule = "selected_automation_requires_id()"
)

// actionKinds are the kinds in the order of the contract: an action that does not say
// of which it is, is of the first that it fits best.
var actionKinds = []actionKind{
	{DoNothing, "DoNothing", "", nothing},
	{RunDeployment, "RunDeployment", deploymentRule, func(a *Action) any { a.Run = &RunDeploymentAction{}; return a.Run }},
	{PauseDeployment, "PauseDeployment", deploymentRule, deployment},
	{ResumeDeployment, "ResumeDeployment", deploymentRule, deployment},
	{CancelFlowRun, "CancelFlowRun", "", nothing},
	{DeleteFlowRun, "DeleteFlowRun", "", nothing},
	{ChangeFlowRunState, "ChangeFlowRunState", "", func(a *Action) any { a.State = &ChangeFlowRunStateAction{}; return a.State }},
	{PauseWorkQueue, "PauseWorkQueue", workQueueRule, workQueue},
	{ResumeWorkQueue, "ResumeWorkQueue", workQueueRule, workQueue},
	{SendNotification, "SendNotification", "", func(a *Action) any { a.Notification = &SendNotificationAction{}; return a.Notification }},
	{CallWebhook, "CallWebhook", "", func(a *Action) any { a.Webhook = &CallWebhookAction{}; return a.Webhook }},
	{PauseAutomation, "PauseAutomation", automationRule, automation},
	{ResumeAutomation, "ResumeAutomation", automationRule, automation},
	{SuspendFlowRun, "SuspendFlowRun", "", nothing},
	{ResumeFlowRun, "ResumeFlowRun", "", nothing},
	{PauseWorkPool, "PauseWorkPool", workPoolRule, workPool},
	{ResumeWorkPool, "ResumeWorkPool", workPoolRule, workPool},
}

func nothing(*Action) any      { return &struct{}{} }
func deployment(a *Action) any { a.Deployment = &DeploymentTarget{}; return a.Deployment }
func workQueue(a *Action) any  { a.WorkQueue = &WorkQueueTarget{}; return a.WorkQueue }
func workPool(a *Action) any   { a.WorkPool = &WorkPoolTarget{}; return a.WorkPool }
func automation(a *Action) any { a.Automation = &AutomationTarget{}; return a.Automation }

// label is the kind's name in the places of faults.
func (k *actionKind) label() string {
	if k.after == "" {
		return k.name
	}
	return "function-after[" + k.after + ", " + k.name + "]"
}
