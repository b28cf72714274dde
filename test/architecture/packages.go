// Package architecture holds the tests of the structure: which package may
// import which, and what every file keeps to. The tests read the source; a
// failure says which rule was broken and why it exists.
package architecture

// module is the path of this module.
const module = "github.com/reevehq/reeve/"

// leaves are the packages that know nothing of the others.
var leaves = []string{"internal/clock", "internal/fault", "internal/budget", "internal/access", "internal/pyjson", "internal/prefect",
	"internal/prefect/decode", "internal/wire", "internal/config", "internal/mask", "internal/logline", "internal/schedule/cron", "internal/schedule/recurrence", "internal/schedule/zones"}

// domain are the packages that decide: no network, no SQL.
var domain = []string{"internal/orchestration", "internal/concurrency", "internal/schedule",
	"internal/events", "internal/blocks", "internal/templating", "internal/templating/jinja", "internal/dispatch", "internal/triggers", "internal/triggers/replay", "internal/noise"}

var storage = []string{"internal/store"}

// everything stands for any package of ours.
const everything = "*"

// room is what a package may import of ours, and why it stops there.
type room struct {
	may    []string
	reason string
}

// rooms lists every package. A package that is not here has no place yet:
// adding one is a decision.
var rooms = map[string]room{
	"cmd/reeve": {[]string{"internal/cli"}, "main only calls the command line"},

	"internal/clock":          {nil, "everything uses it"},
	"internal/fault":          {nil, "everything uses it"},
	"internal/budget":         {[]string{"internal/fault"}, "everything that a client can make large draws on it"},
	"internal/access":         {nil, "everything that listens asks it"},
	"internal/mask":           {nil, "logs of everything pass it"},
	"internal/logline":        {nil, "it is a form of text"},
	"internal/pyjson":         {nil, "it is a leaf"},
	"internal/prefect/decode": {[]string{"internal/pyjson", "internal/fault", "internal/budget"}, "it reads values into structs, whatever they mean"},
	"internal/prefect":        {leaves, "the vocabulary imports nothing that uses it"},
	"internal/wire":           {[]string{"internal/prefect"}, "it is what our programs add to the contract, in the contract's types"},
	"internal/collections":    {nil, "its views are files"},
	"internal/config":         {[]string{"internal/fault", "internal/schedule/cron", "internal/schedule/recurrence", "internal/schedule/zones"}, "settings know nothing of what they set, but how it is written"},

	"internal/orchestration":   {join(leaves, domain), "rules are pure: they declare what they need of a transaction"},
	"internal/dispatch":        {join(leaves, domain), "what a worker may be handed is decided of counts and rows that a transaction gives"},
	"internal/triggers/replay": {join(leaves, []string{"internal/triggers"}), "a replay is of events, wherever they were read"},
	"internal/noise":           {join(leaves, []string{"internal/schedule"}), "which messages are sent is decided of settings, facts and the time"},
	"internal/triggers":        {join(leaves, domain), "when automations fire is decided of events and rows that a transaction gives"},
	"internal/concurrency":     {join(leaves, domain), "slots and leases are pure: they declare what they need of a transaction"},
	"internal/schedule":        {join(leaves, domain), "next times are a function of a schedule and a time"},
	"internal/events":          {join(leaves, domain), "events are values"},
	"internal/blocks":          {join(leaves, domain), "checksums and references are functions of schemas"},
	"internal/templating":      {join(leaves, domain, []string{"internal/templating/jsonschema", "internal/templating/jinja"}), "templates are functions of text and values"},

	"internal/templating/jinja":      {[]string{"internal/budget"}, "it is a language; what it is given are values"},
	"internal/templating/jsonschema": {[]string{"internal/pyjson", "internal/budget"}, "it checks JSON values, whatever they mean"},

	"internal/schedule/cron":       {[]string{"internal/budget"}, "it is a grammar; the vocabulary checks texts with it"},
	"internal/schedule/recurrence": {[]string{"internal/budget"}, "it is a grammar; the vocabulary checks texts with it"},
	"internal/schedule/zones":      {nil, "it is a table of names"},

	"internal/store":            {join(leaves, domain), "the store keeps what the domain decides"},
	"internal/store/migrations": {nil, "migrations are files"},
	"internal/store/copying":    {leaves, "a copy is of rows, whatever they mean; the drivers read and write them"},
	"internal/store/postgres":   {join(leaves, storage, []string{"internal/store/migrations", "internal/store/copying"}), "a driver knows the store it implements"},
	"internal/store/sqlite":     {join(leaves, storage, []string{"internal/store/migrations", "internal/store/copying"}), "a driver knows the store it implements"},

	"internal/cost":           {[]string{"internal/fault"}, "a bill is a function of a usage and prices"},
	"internal/metrics":        {join(leaves, storage), "it measures what the store keeps and what others tell it"},
	"internal/sleep":          {join(leaves, storage, []string{"internal/schedule", "internal/dispatch"}), "what keeps a server awake is asked of others through functions"},
	"internal/backup":         {join(leaves, []string{"internal/store/sqlite", "internal/store/migrations"}), "a backup is of files and pages, whatever they mean"},
	"internal/follow":         {join(leaves, storage), "it drives consumers of the log, whatever the events mean"},
	"internal/services":       {join(leaves, domain, storage, []string{"internal/follow"}), "services do not call the API or each other's packages"},
	"internal/api":            {join(leaves, domain, storage, []string{"internal/api/live", "internal/api/rest", "internal/api/ws", "internal/api/middleware", "internal/collections", "internal/cost", "internal/metrics", "internal/notify", "internal/sleep"}), "handlers call the domain inside a transaction"},
	"internal/door":           {leaves, "it knows connections, not who serves them"},
	"internal/traffic":        {leaves, "it knows connections and requests, not what they ask for"},
	"internal/api/ws":         {join(leaves, domain, storage, []string{"internal/traffic"}), "sockets read the committed log"},
	"internal/api/rest":       {leaves, "it knows requests and types, not resources"},
	"internal/api/live":       {join(leaves, domain, storage, []string{"internal/api/rest", "internal/api/ws"}), "sockets follow the committed logs; they know no resource"},
	"internal/api/middleware": {leaves, "middleware knows requests, not resources"},
	"ui":                      {nil, "it is files"},
	"internal/ui":             {join(leaves, []string{"ui"}), "an interface is files; it has no business with data"},
	"internal/client":         {leaves, "it asks a server over HTTP, like any program"},
	"internal/worker":         {join(leaves, []string{"internal/client"}), "a worker speaks to the server over HTTP, like any worker"},

	"internal/notify": {leaves, "a message is sent as a block says; who keeps blocks and messages is not its business"},

	"internal/nudge": {join(leaves, domain, storage, []string{"internal/sleep"}), "it reads what is to come, and calls gateways over HTTP"},

	"internal/server":     {join(leaves, domain, storage, []string{"internal/follow", "internal/api", "internal/api/rest", "internal/api/ws", "internal/api/middleware", "internal/services", "internal/actions", "internal/deliveries", "internal/metrics", "internal/notify", "internal/nudge", "internal/sleep", "internal/backup", "internal/traffic", "internal/door", "internal/ui"}), "the server joins store, services, API and UI; what keeps the database, its caller knows"},
	"internal/supervise":  {leaves, "it runs programs, whatever they are"},
	"internal/outbox":     {[]string{"internal/clock"}, "what it delivers, where that is kept and who hears of it are given to it"},
	"internal/actions":    {join(leaves, []string{"internal/templating", "internal/templating/jinja", "internal/notify"}), "actions ask the API and the world through what they are given"},
	"internal/deliveries": {join(leaves, storage, []string{"internal/actions", "internal/outbox"}), "it knows where actions are kept and how they are tried, not what they do"},
	"internal/webhooks":   {join(leaves, storage, []string{"internal/templating", "internal/templating/jinja", "internal/outbox", "internal/client", "internal/metrics", "internal/traffic"}), "webhooks are mapped by templates, kept in an inbox of their own, and delivered by an outbox over HTTP"},
	"internal/proxy":      {join(leaves, []string{"internal/client", "internal/metrics", "internal/traffic", "internal/door"}), "it stands before a server, asks it over HTTP, and keeps nothing on disk"},
	"internal/up":         {join(leaves, []string{"internal/server", "internal/traffic", "internal/door", "internal/sleep", "internal/client", "internal/proxy", "internal/webhooks", "internal/supervise", "internal/worker"}), "it runs a server and its workers, and talks to it over HTTP"},
	"internal/doctor":     {join(leaves, []string{"internal/client", "internal/metrics", "internal/store/sqlite", "internal/store/postgres"}), "a doctor asks over HTTP and looks at files, which it measures as the server does; it changes nothing"},
	"internal/reference":  {join(leaves, storage), "it reads rows of another server, whoever opened its database"},
	"internal/cli":        {[]string{everything}, "the command line wires everything"},
}

// forbidden are packages of others that only some of ours may import directly.
var forbidden = []struct {
	prefix string
	only   []string
	reason string
}{
	{"zombiezen.com/go/sqlite", []string{"internal/store/sqlite", "test"}, "the driver sits behind store.Conn"},
	{"modernc.org/sqlite", []string{"internal/store/sqlite", "test"}, "the driver sits behind store.Conn"},
	{"github.com/minio/minio-go", []string{"internal/backup"}, "the storage sits behind backup.Bucket"},
	{"github.com/wneessen/go-mail", []string{"internal/notify"}, "mail sits behind notify.Sender"},
	{"github.com/jackc/pgx/v5", []string{"internal/store/postgres", "internal/store/storetest", "test"}, "the driver sits behind store.Conn"},
	{"database/sql", []string{"test"}, "the driver sits behind store.Conn"},
	{"net/http", []string{"internal/access", "internal/api", "internal/api/live", "internal/api/rest", "internal/api/ws", "internal/api/middleware", "internal/server", "internal/traffic", "internal/door", "internal/ui",
		"internal/client", "internal/worker", "internal/webhooks", "internal/proxy", "internal/notify", "internal/nudge", "internal/sleep", "internal/up", "internal/doctor", "internal/cli", "test"}, "the domain and the store do not know how they are asked"},
	{"math/rand", []string{"test"}, "random numbers come from clock.IDs, so that a run can be repeated"},
	{"crypto/rand", []string{"internal/clock", "test"}, "random numbers come from clock.IDs, so that a run can be repeated"},
	{"github.com/pelletier/go-toml", []string{"internal/config", "test"}, "settings are read in one place"},
	{"github.com/alecthomas/kong", []string{"internal/cli"}, "the command line is parsed in one place"},
}

// readers of the clock: packages that may call what reads the machine's time
// or draws an id, with the reason.
var readers = map[string]string{
	"internal/clock": "it is the clock",
}

// long lists files that may have more than 500 lines, with the reason.
var long = map[string]string{}

func join(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
