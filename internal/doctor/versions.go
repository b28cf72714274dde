package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"os/exec"
	"strings"

	"github.com/reevehq/reeve/internal/store/sqlite"
)

// checkVersions sets the server's version against this program's, and looks at
// the SQLite in it.
func checkVersions(_ context.Context, e *Exam) []Finding {
	var all []Finding
	library, safe, err := sqlite.Library()
	switch {
	case err != nil:
		all = append(all, one(Fail, "install another build of reeve, then: reeve version", "the SQLite of this program does not work: %v", err)...)
	case !safe:
		all = append(all, one(Fail, "install a newer reeve, then: reeve version", "SQLite %s has a defect that damages databases; 3.51.3 or newer is needed", library)...)
	}
	switch m := e.met; {
	case !m.accepts:
	case m.prefect != e.Prefect:
		all = append(all, one(Warn, "deploy the same reeve here and there; reeve version", "the server speaks Prefect %s, this program %s", m.prefect, e.Prefect)...)
	case m.reeve == nil:
		all = append(all, one(Warn, "curl "+e.URL+"/reeve/version", "the server is no Reeve, or an older one: it does not say its version")...)
	case m.reeve.Reeve != e.Reeve:
		all = append(all, one(Warn, "deploy the same reeve here and there; reeve version", "the server is Reeve %s, this program %s", m.reeve.Reeve, e.Reeve)...)
	}
	if len(all) > 0 {
		return all
	}
	if !e.met.accepts {
		return ok("reeve %s, SQLite %s; the server's is not known", e.Reeve, library)
	}
	return ok("reeve %s here and at the server, Prefect %s, SQLite %s", e.Reeve, e.Prefect, library)
}

// pythonProgram says the versions that decide whether flows run.
const pythonProgram = `import json, sys
from importlib.metadata import version, PackageNotFoundError
def of(name):
    try: return version(name)
    except PackageNotFoundError: return ""
print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], "prefect": of("prefect")}))`

// checkPython looks at the interpreter that runs flows.
func checkPython(ctx context.Context, e *Exam) []Finding {
	name := cmp.Or(e.Python, e.Config.Setup.Worker.Python, "python3")
	next := "python3 -m venv .venv && .venv/bin/pip install prefect==" + e.Prefect + `, then in reeve.toml: [worker] python = ".venv/bin/python"`
	if _, err := exec.LookPath(name); err != nil && e.Machine.Python == nil {
		if len(e.Config.Setup.Pools) == 0 {
			return skipped("there is no %s here, and no [[pool]] whose worker would need it", name)
		}
		return one(Fail, next, "there is no Python at %s to run flows with", name)
	}
	out, err := e.Machine.python(ctx, name, pythonProgram)
	var found struct{ Python, Prefect string }
	if err == nil {
		err = json.Unmarshal([]byte(out), &found)
	}
	severity := Fail
	if len(e.Config.Setup.Pools) == 0 {
		severity = Skipped // no worker of this machine needs it
	}
	switch {
	case err != nil:
		return one(severity, next, "%s does not work: %v", name, err)
	case found.Prefect == "":
		return one(severity, next, "%s (Python %s) has no prefect package", name, found.Python)
	case strings.HasPrefix(found.Python, "3.9.") || strings.HasPrefix(found.Python, "2."):
		return one(severity, next, "%s is Python %s; prefect %s wants 3.10 or newer", name, found.Python, e.Prefect)
	case found.Prefect != e.Prefect:
		return one(Warn, name+" -m pip install prefect=="+e.Prefect, "%s has prefect %s; the server speaks %s", name, found.Prefect, e.Prefect)
	}
	return ok("%s is Python %s with prefect %s", name, found.Python, found.Prefect)
}
