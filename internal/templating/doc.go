// Package templating renders and checks what users write into parameters, job
// variables and templates: values that stand for JSON, Jinja templates or
// variables (hydration), templates in a sandbox, and JSON schemas with the
// preparation that the contract gives them.
package templating
