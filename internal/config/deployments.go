package config

// Deployments is the [deployments] of reeve.toml. Its setting has a name in the
// environment, which counts more.
type Deployments struct {
	// KeepPaused is whether schedules that are paused stay so when their deployment
	// is deployed again, though the client says that they are active, false by
	// default; REEVE_DEPLOYMENTS_KEEP_PAUSED.
	KeepPaused bool `toml:"keep_paused"`
}

// loadDeployments lays the environment over what the file says.
func (c *Config) loadDeployments() error {
	const name = "REEVE_DEPLOYMENTS_KEEP_PAUSED"
	text := c.environ[name]
	if text == "" {
		return nil
	}
	on, err := parseBool(text)
	if err != nil {
		return refuse(origin{set: true, name: name}, text, err)
	}
	c.Deployments.KeepPaused = on == true
	return nil
}
