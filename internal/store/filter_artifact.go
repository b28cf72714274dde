package store

import "github.com/reevehq/reeve/internal/prefect"

// artifactsWhere restricts the rows of a query on artifact by filters of several
// resources.
func artifactsWhere(own *prefect.ArtifactFilter, f *prefect.Filters) condition {
	all := criteria{}
	if own != nil {
		var c criteria
		if own.ID != nil {
			c.add(anyID("artifact.id", own.ID))
		}
		artifactFields(&c, "artifact", &own.ArtifactFilterFields)
		all.add(c.join(own.Operator))
	}
	all.add(ofRuns("artifact", f))
	return all.join(prefect.And)
}

// artifactCollectionsWhere is artifactsWhere for artifact_collection.
func artifactCollectionsWhere(own *prefect.ArtifactCollectionFilter, f *prefect.Filters) condition {
	all := criteria{}
	if own != nil {
		var c criteria
		if own.LatestID != nil {
			c.add(anyID("artifact_collection.latest_id", own.LatestID))
		}
		artifactFields(&c, "artifact_collection", &own.ArtifactFilterFields)
		all.add(c.join(own.Operator))
	}
	all.add(ofRuns("artifact_collection", f))
	return all.join(prefect.And)
}

func artifactFields(c *criteria, table string, f *prefect.ArtifactFilterFields) {
	if f.Key != nil {
		var key criteria
		texts(&key, table+".key", f.Key.Any)
		key.contains(table+".key", f.Key.Like)
		if f.Key.Exists != nil {
			isNull := !*f.Key.Exists
			key.null(table+".key", &isNull)
		}
		c.add(key.join(prefect.And))
	}
	if f.FlowRunID != nil {
		c.add(anyID(table+".flow_run_id", f.FlowRunID))
	}
	if f.TaskRunID != nil {
		c.add(anyID(table+".task_run_id", f.TaskRunID))
	}
	if f.Type != nil {
		c.add(anyNotAnyText(table+".type", f.Type))
	}
}

// ofRuns restricts rows with a flow_run_id and a task_run_id by the runs that
// these name.
func ofRuns(table string, f *prefect.Filters) condition {
	var all criteria
	if f.Flows != nil || f.FlowRuns != nil || f.Deployments != nil {
		runs := prefect.Filters{Flows: f.Flows, FlowRuns: f.FlowRuns, Deployments: f.Deployments}
		all.add(having("flow_run", "flow_run.id = "+table+".flow_run_id", flowRunsWhere(&runs)))
	}
	if f.TaskRuns != nil {
		all.add(having("task_run", "task_run.id = "+table+".task_run_id", taskRunCondition(f.TaskRuns)))
	}
	return all.join(prefect.And)
}

var artifactOrder = map[prefect.ArtifactSort]string{
	"CREATED_DESC": "created DESC",
	"UPDATED_DESC": "updated DESC",
	"ID_DESC":      "id DESC",
	"KEY_DESC":     "key DESC",
	"KEY_ASC":      "key ASC",
}

// FilterArtifacts lists artifacts.
func (tx *Tx) FilterArtifacts(own *prefect.ArtifactFilter, f *prefect.Filters, sort prefect.ArtifactSort, page prefect.Page) ([]*prefect.Artifact, error) {
	c := artifactsWhere(own, f)
	return collect(tx, `SELECT `+artifactColumns+` FROM artifact`+c.where()+` ORDER BY artifact.`+artifactOrder[sort]+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanArtifact)
}

// CountArtifacts counts artifacts.
func (tx *Tx) CountArtifacts(own *prefect.ArtifactFilter, f *prefect.Filters) (int, error) {
	c := artifactsWhere(own, f)
	return tx.count(`SELECT count(*) FROM artifact`+c.where(), c.args...)
}

// FilterArtifactCollections lists artifact collections.
func (tx *Tx) FilterArtifactCollections(own *prefect.ArtifactCollectionFilter, f *prefect.Filters, sort prefect.ArtifactSort, page prefect.Page) ([]*prefect.ArtifactCollection, error) {
	c := artifactCollectionsWhere(own, f)
	return collect(tx, `SELECT `+artifactCollectionColumns+` FROM artifact_collection`+c.where()+
		` ORDER BY artifact_collection.`+artifactOrder[sort]+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanArtifactCollection)
}

// CountArtifactCollections counts artifact collections.
func (tx *Tx) CountArtifactCollections(own *prefect.ArtifactCollectionFilter, f *prefect.Filters) (int, error) {
	c := artifactCollectionsWhere(own, f)
	return tx.count(`SELECT count(*) FROM artifact_collection`+c.where(), c.args...)
}
