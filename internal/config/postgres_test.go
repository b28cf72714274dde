package config

import "testing"

func TestPostgres(t *testing.T) {
	for _, c := range []struct {
		name    string
		toml    string
		environ []string
		want    string
	}{
		{"a file", "", []string{"PREFECT_SERVER_DATABASE_CONNECTION_URL=/data/postgresql.db"}, ""},
		{"nothing", "", nil, ""},
		{"a URL", "", []string{"PREFECT_SERVER_DATABASE_CONNECTION_URL=postgresql://u:p@h:1/d"}, "postgresql://u:p@h:1/d"},
		{"SQLAlchemy's, by its older name", "", []string{"PREFECT_API_DATABASE_CONNECTION_URL=postgresql+asyncpg://u:p@h/d?ssl=require"}, "postgresql://u:p@h/d?ssl=require"},
		{"in the file", "[server]\ndatabase = \"postgresql://h/d\"\n", nil, "postgresql://h/d"},
		{"in pieces", "", []string{"PREFECT_SERVER_DATABASE_DRIVER=postgresql+asyncpg", "PREFECT_SERVER_DATABASE_HOST=h", "PREFECT_SERVER_DATABASE_PORT=6432",
			"PREFECT_SERVER_DATABASE_USER=u", "PREFECT_SERVER_DATABASE_NAME=d", "PREFECT_SERVER_DATABASE_PASSWORD=p@ss"}, "postgresql://u:p%40ss@h:6432/d"},
		{"a piece of SQLite", "", []string{"PREFECT_SERVER_DATABASE_DRIVER=sqlite+aiosqlite", "PREFECT_SERVER_DATABASE_NAME=/x.db"}, ""},
		{"TLS", "", []string{"PREFECT_API_DATABASE_CONNECTION_URL=postgresql://h/d", "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_ENABLED=true",
			"PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_CA_FILE=/ca.pem"}, "postgresql://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loaded, err := load(t, c.toml, c.environ...)
			if err != nil {
				t.Fatal(err)
			}
			if got := loaded.Postgres(); got != c.want {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}
