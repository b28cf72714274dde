package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

// automationCreate is the body of a new automation. How large it is comes before what
// it says.
type automationCreate struct{ prefect.AutomationCreate }

// ReadBody implements rest.Reader.
func (c *automationCreate) ReadBody(r *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	return readAutomation(r, value, &c.AutomationCreate)
}

// automationUpdate is the body that replaces an automation.
type automationUpdate struct{ prefect.AutomationUpdate }

// ReadBody implements rest.Reader.
func (u *automationUpdate) ReadBody(r *http.Request, value *pyjson.Value, _ rest.Limits) (decode.Issues, error) {
	return readAutomation(r, value, &u.AutomationUpdate)
}

func readAutomation(r *http.Request, value *pyjson.Value, dst any) (decode.Issues, error) {
	if err := prefect.BoundAutomation(*value); err != nil {
		return nil, err
	}
	*value = prefect.SettleTriggers(*value)
	return decodeAutomation(r, *value, dst)
}

// decodeAutomation decodes what holds an automation and checks its templates.
func decodeAutomation(r *http.Request, value pyjson.Value, dst any) (decode.Issues, error) {
	checker := &templateChecker{budget: budget.New(r.Context(), checkingTemplates, templating.Limits)}
	defer checker.budget.Close()
	issues := rest.DecodeWith(checker, value, dst)
	return issues, checker.err
}

const checkingTemplates = "checking the templates"

// templateChecker implements prefect.TemplateChecker. Once err is set it finds
// nothing more.
type templateChecker struct {
	budget *budget.Budget
	// err is why the checks were given up: a limit, or the client has left.
	err error
}

// Text implements prefect.TemplateChecker.
func (c *templateChecker) Text(text string) string {
	_, err := templating.ParseTemplate(c.budget, text)
	var fault *jinja.Error
	if errors.As(err, &fault) {
		return fault.Message
	}
	c.note(err)
	return ""
}

// Parameters implements prefect.TemplateChecker.
func (c *templateChecker) Parameters(parameters prefect.Object) string {
	problems, err := templating.CheckParameters(c.budget, parameters)
	c.note(err)
	return strings.Join(problems, "\n  ")
}

func (c *templateChecker) note(err error) {
	if c.err == nil {
		c.err = err
	}
}

// checkRunDeployments makes sure that the deployments that actions run are there and
// that job variables fit their pools. Of a new automation no job variables are not
// looked at, as in the reference.
func checkRunDeployments(p *premises, actions []prefect.Action, created bool) error {
	var wrong []string
	for _, action := range actions {
		if action.Run == nil || action.Run.DeploymentID == nil || action.Run.JobVariables == nil || created && isEmpty(*action.Run.JobVariables) {
			continue
		}
		d, err := assumeRunnable(p, *action.Run.DeploymentID)
		if known := (*fault.Error)(nil); errors.As(err, &known) && known.Kind == fault.NotFound {
			return fault.New(fault.NotFound, "Deployment not found.")
		} else if err != nil {
			return err
		}
		if isEmpty(d.JobVariables) && isEmpty(*action.Run.JobVariables) {
			continue
		}
		switch err := validateJobVariables(p, jobTemplate{d.BaseJobTemplate}, false, *action.Run.JobVariables); {
		case err == templating.ErrCircular:
			return errCircularSchema
		case isRefusal(err):
			wrong = append(wrong, err.Error())
		case err != nil:
			return err
		}
	}
	if wrong != nil {
		return fault.New(fault.Invalid, "Error creating automation: %s", strings.Join(wrong, " "))
	}
	return nil
}

// mayBe refuses to resume an automation that would set itself off again and again.
func mayBe(automation *prefect.Automation, enabled bool) error {
	changed := *automation
	changed.Enabled = enabled
	why := changed.Loops()
	if why == "" {
		return nil
	}
	text, err := json.Marshal(changed)
	if err != nil {
		return err
	}
	body, err := pyjson.Parse(text)
	if err != nil {
		return err
	}
	issues := prefect.ValueIssue(why, body)
	issues[0].Loc = []any{}
	return rest.Refused(issues, json.RawMessage(`{"enabled":true}`))
}
