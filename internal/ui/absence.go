package ui

import (
	"net/http"
	"strings"
)

// absence is shown when there is no bundle.
const absence = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reeve</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }
pre { padding: .75rem 1rem; border: 1px solid #8888; border-radius: .5rem; overflow-x: auto; }
</style>
</head>
<body>
<h1>Reeve is running</h1>
<p>The API answers at <a href="health">this address</a>. There is no user interface yet: it is a folder of
files, and none was named.</p>
<p>The <code>prefect</code> package has one. Tell the server where it is:</p>
<pre>pip install prefect==3.9.1
reeve server start --ui-directory "$(python -c 'import pathlib, prefect.server as s; print(pathlib.Path(s.__file__).parent)')"</pre>
<p>The same as a line of <code>reeve.toml</code>, or in the environment:</p>
<pre>[server]
ui_directory = "/path/to/site-packages/prefect/server"</pre>
<pre>PREFECT_SERVER_UI_STATIC_DIRECTORY=/path/to/site-packages/prefect/server</pre>
</body>
</html>
`

func (u *UI) serveAbsence(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write([]byte(strings.Replace(absence, `href="health"`, `href="`+u.config.APIPath+`/health"`, 1)))
}
