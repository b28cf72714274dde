package worker

// exitMeaning is what a process's exit code says, and what to do about it.
// Codes of processes that a signal ended are the signal's number, negative. The
// sentences are the contract's: the first is part of the run's state message.
func exitMeaning(code int) (meaning, advice string) {
	switch code {
	case 0:
		return "Process exited cleanly.", ""
	case unknownCode:
		return "Process ended, and what it ended with is not known: the process that waited for it had gone.", ""
	case -9:
		return "Process exited due to a SIGKILL signal. Typically caused by the operating system terminating the process for exceeding memory limits, or by manual cancellation.",
			"Check whether the flow run exceeded its memory allocation. If running in a container, increase the memory limit. If this was intentional cancellation, no action is needed."
	case -15:
		return "Process exited due to a SIGTERM signal. Typically caused by graceful shutdown or manual cancellation.",
			"If this was caused by cancellation, no action is needed. Otherwise, check for infrastructure scaling events or deployment rollovers."
	case 1:
		return "Process exited with a general error.",
			"Check the flow run logs for an unhandled exception or assertion error."
	case 125:
		return "Container failed to run (Docker/OCI exit code 125).",
			"Verify the container image exists, the entrypoint is correct, and the container runtime is healthy."
	case 126:
		return "Command found but not executable (permission denied).",
			"Check file permissions on the entrypoint script or binary. Ensure the file has the executable bit set."
	case 127:
		return "Command not found.",
			"Verify that the entrypoint command or script is installed in the execution environment. Check your PATH and container image contents."
	case 137:
		return "Process was killed, likely due to an out-of-memory (OOM) condition.",
			"Increase the memory allocation for the flow run infrastructure. In Kubernetes, raise the memory limit in the job template. In ECS, increase the task memory."
	case 143:
		return "Process received SIGTERM via the container runtime. This is the containerized equivalent of exit code -15.",
			"If this was caused by cancellation or a scaling event, no action is needed. Otherwise, check for pod evictions or ECS task stops."
	case 247:
		return "Process was terminated due to high memory usage.",
			"Increase the memory allocation for the flow run infrastructure. Consider profiling memory usage to find the source of consumption."
	}
	return "Process exited with an unexpected status code.",
		"Check the flow run logs and infrastructure logs for more details."
}
