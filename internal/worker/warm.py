"""Starts flow runs from a process that has loaded the prefect package already.

The worker talks to it over the socket that is file descriptor 3. A request is
four bytes with the length of what follows, and with them the descriptor that is
to be the run's output, then a JSON object: {"id", "argv", "dir", "env"}, texts
in base64. Answers are JSON, one a line: {"ready"}, {"unfit": why},
{"id", "pid", "stale", "unlike": why it becomes the plain program}, {"id", "error"}
and, of every process that ended, {"ended": pid, "status": as waitpid has it}.

A run is a fork: the leader of a session of its own, as argv would be. A second
fork prepares its workspace and hands over what it would have become; the first
one, in which nothing has run yet, becomes that. Wherever it could show that the
interpreter was not started for this run (another environment, files that would
be imported in place of what is loaded, packages that changed), the fork becomes
the plain program instead.

No thread may be alive when this forks, and nothing but this module keeps a
descriptor.
"""

import atexit
import base64
import builtins
import gc
import importlib
import importlib.util
import json
import logging
import os
import runpy  # noqa: F401 - a plain start has it
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import types

SUPERVISOR = "prefect.runner._workspace_supervisor"
ENGINE = "prefect.engine"

# What a run has imported by the time that it runs, beside these two.
LOADED = (
    "prefect.main",
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.client.orchestration",
    "prefect.deployments.steps.core",
    "prefect.deployments.steps.pull",
    "prefect.events.clients",
    "prefect.events.worker",
    "prefect.logging.formatters",
    "prefect.logging.handlers",
    "prefect.runner._workspace_starter",
    "prefect.runner.storage",
    "prefect.task_runners",
    "prefect.utilities.visualization",
    "anyio._backends._asyncio",
    "encodings.idna",
    "pydantic.v1",
    "rich._emoji_codes",
)

# Models that every run needs. They are built when they are first used, unless before.
MODELS = {
    "prefect.client.schemas.actions": ("FlowRunUpdate", "LogCreate"),
    "prefect.client.schemas.objects": ("FlowRun", "ServerDefaultResultStorage", "WorkPool", "WorkQueue"),
    "prefect.client.schemas.responses": ("DeploymentResponse", "OrchestrationResult"),
    "prefect.context": ("EngineContext", "TaskRunContext"),
    "prefect.events.filters": ("EventFilter", "EventIDFilter", "EventNameFilter", "EventOccurredFilter"),
    "prefect.events.schemas.events": ("Event",),
}

# What of the environment is read before a run's first line: by the interpreter,
# the C library, or by a module when it is imported. PYTHONPATH is dealt with.
EARLY_NAMES = {"GLIBC_TUNABLES", "HOME", "LANG", "LANGUAGE", "SSL_CERT_DIR", "SSL_CERT_FILE", "SSLKEYLOGFILE", "TZ"}
EARLY_PREFIXES = ("COOLNAME_", "FSSPEC_", "GRIFFE_", "LC_", "LD_", "MALLOC_", "OPENSSL_", "PENDULUM_", "PYDANTIC_", "PYTHON")

# What else the settings and the console are made of: see source.
CONSOLE_NAMES = {"COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
SETTINGS_FILES = (".env", "prefect.toml", "pyproject.toml")


def early(env):
    """The part of an environment in which a run must be like this process."""
    return {k: v for k, v in env.items() if (k in EARLY_NAMES or k.startswith(EARLY_PREFIXES)) and k != "PYTHONPATH"}


def given():
    """The environment that this process was started with. The interpreter adds to it
    where it names no language (PEP 538).
    """
    with open("/proc/self/environ", "rb") as file:
        entries = (os.fsdecode(entry).partition("=") for entry in file.read().split(b"\0") if entry)
        return {name: value for name, _, value in entries}


def load():
    """Imports prefect, but sets up no logging, and runs no plugin: it would act on
    the environment of this process.
    """
    configuration = importlib.import_module("prefect.logging.configuration")
    set_up, configuration.setup_logging = configuration.setup_logging, lambda *_, **__: {}
    try:
        for name in (ENGINE, SUPERVISOR):
            importlib.import_module(name)
        for name in LOADED:
            try:
                importlib.import_module(name)
            except ImportError:
                pass  # another release has it elsewhere
    finally:
        configuration.setup_logging = set_up
    for module, names in MODELS.items():
        for name in names:
            if model := getattr(sys.modules.get(module), name, None):
                model.model_rebuild(raise_errors=False)


def changed(paths):
    """When files and folders last changed."""
    found = []
    for path in paths:
        try:
            found.append((str(path), os.stat(path).st_mtime_ns))
        except OSError:
            found.append((str(path), 0))
    return found


def source(env, settings):
    """What the settings and the logging of a process depend on, besides early."""
    named = {k: v for k, v in env.items() if k in CONSOLE_NAMES or k.startswith("PREFECT_") and not k.startswith("PREFECT__")}
    here = [os.path.abspath(name) for name in SETTINGS_FILES if os.path.exists(name)]
    return named, changed([settings.profiles_path, settings.logging.config_path, *here])


def loggers():
    """How every logger is set up, by name."""
    found = {"": logging.getLogger()} | {n: x for n, x in logging.Logger.manager.loggerDict.items() if isinstance(x, logging.Logger)}
    return {n: (x.level, x.propagate, x.disabled, list(x.handlers), list(x.filters)) for n, x in found.items()}


def reset(known):
    """Sets the loggers up as they were."""
    new = (logging.NOTSET, True, False, [], [])
    for name in loggers():
        logger = logging.getLogger(name)
        level, logger.propagate, logger.disabled, handlers, filters = known.get(name, new)
        logger.setLevel(level)
        logger.handlers[:], logger.filters[:] = handlers, filters


class Certificates:
    """Contexts of TLS, which take long to make, for the first clients of a run.
    Each is given out once.
    """

    COUNT = 8  # a run of an empty flow has six clients

    def __init__(self, settings):
        self.file = settings.api.ssl_cert_file or importlib.import_module("certifi").where()
        self.make = ssl.create_default_context
        self.ready = []
        self.full = False

    def add(self):
        """Makes one more unless there are enough."""
        try:
            self.ready.append(self.make(cafile=self.file))
        except OSError:
            self.full = True  # the run says what is wrong with the file
        self.full = self.full or len(self.ready) == self.COUNT

    def serve(self):
        def create_default_context(purpose=ssl.Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
            if self.ready and (purpose, cafile, capath, cadata) == (ssl.Purpose.SERVER_AUTH, self.file, None, None):
                return self.ready.pop()
            return self.make(purpose, cafile=cafile, capath=capath, cadata=cadata)

        ssl.create_default_context = create_default_context


class Interpreter:
    """What this process was before the first run."""

    def __init__(self):
        if sys.path and sys.path[0] == "":
            del sys.path[0]
        self.path = list(sys.path)
        env, own = dict(os.environ), given()
        self.added = {name: value for name, value in env.items() if name not in own}
        os.environ["PREFECT_PLUGINS_ENABLED"] = "false"
        try:
            load()
        finally:
            os.environ.clear()
            os.environ.update(env)
        # After all imports: names that a file of a run's folder could stand for.
        self.names = {name.partition(".")[0] for name in sys.modules} - {"__main__"} | {"sitecustomize", "usercustomize"}
        self.loggers = loggers()
        self.early = self.plain(early(env))
        self.source = None
        self.settings = None
        self.adopt(env)
        self.certificates = Certificates(self.settings)
        self.watched = self.path + [self.certificates.file]
        self.folders = changed(self.watched)

    def stale(self):
        """Whether packages were installed or removed since."""
        return changed(self.watched) != self.folders

    def plain(self, env):
        """An environment without what the interpreter adds to it, which a process that
        has it hands to the next one.
        """
        return {name: value for name, value in env.items() if self.added.get(name) != value}

    def path_of(self, env, directory):
        """The sys.path of a run, and the folders in it that are not this process'."""
        listed = env.get("PYTHONPATH", "")
        own = [os.path.abspath(os.path.join(directory, p)) for p in (listed.split(os.pathsep) if listed else [])]
        path = []
        for entry in own + self.path:
            if entry not in path:
                path.append(entry)
        return [directory] + path, [directory] + [p for p in own if p not in self.path]

    def unlike(self, env, directory):
        """How a run could tell this process from one of its own, "" when it could not."""
        wanted = self.plain(early(env))
        if names := sorted(n for n in wanted.keys() | self.early.keys() if wanted.get(n) != self.early.get(n)):
            return f"other values of {', '.join(names)}"
        if self.stale():
            return "packages were changed"
        for folder in self.path_of(env, directory)[1]:
            if self.shadowed(folder):
                return f"a file in {folder} would be imported in place of what is loaded"
        return ""

    def shadowed(self, folder):
        """Whether a folder has a module of the name of one that is loaded."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name, _, kind = entry.name.partition(".")
                    if name not in self.names:
                        continue
                    if kind == "" and os.path.exists(os.path.join(entry.path, "__init__.py")):
                        return True
                    if kind.endswith(("py", "pyc", "so")):
                        return True
        except (FileNotFoundError, NotADirectoryError):
            return os.path.exists(folder)  # an archive may hold anything
        except OSError:
            return True
        return False


    def adopt(self, env):
        """Makes this process what it would be, had it started here with this
        environment.
        """
        directory = os.getcwd()
        os.environ.clear()
        os.environ.update(self.added | env)
        sys.path[:] = self.path_of(env, directory)[0]
        importlib.invalidate_caches()
        if processes := sys.modules.get("multiprocessing.process"):
            processes.ORIGINAL_DIR = directory
            processes.current_process().authkey = os.urandom(32)
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()
        if self.source and self.source == source(env, self.settings):
            return
        reset(self.loggers)
        context, configuration = sys.modules["prefect.context"], sys.modules["prefect.logging.configuration"]
        context.refresh_global_settings_context()
        configuration.PROCESS_LOGGING_CONFIG.clear()
        configuration.setup_logging()
        made = context.get_settings_context()
        logging.getLogger("prefect.profiles").debug(f"Using profile {made.profile.name!r}")
        self.settings, self.source = made.settings, source(env, made.settings)


class Lines:
    """Lines of the log that are kept back, and those that come meanwhile."""

    def __init__(self, kept=()):
        self.lock = threading.Lock()
        self.kept = list(kept)
        self.handlers = sys.modules["prefect.logging.handlers"]
        # A release without it keeps none back.
        self.have_taken = getattr(self.handlers, "set_api_log_sink", lambda _: None)
        self.have_taken(self.take)

    def take(self, line):
        """Keeps a line, and gives how many are kept."""
        with self.lock:
            self.kept.append(line)
            return len(self.kept)

    def let_go(self):
        """Gives the lines that are kept; later ones are sent as they come."""
        self.have_taken(None)
        with self.lock:
            lines, self.kept = self.kept, []
        return lines

    def send(self):
        """Sends the lines that are kept, in the background."""
        for line in self.let_go():
            self.handlers.emit_api_log(line)

    def drain(self):
        """Sends the lines that are kept, and waits for it."""
        self.send()
        self.handlers.APILogWorker.drain_all(timeout=5)


class PreparationLines(Lines):
    """What a preparation says. Unless it takes long, the engine sends it with its own:
    a thread, a client and two requests less.
    """

    HOLD = 0.25  # seconds that a line is kept back

    def __init__(self):
        self.timer = threading.Timer(self.HOLD, self.send)
        self.timer.daemon = True
        super().__init__()

    def take(self, line):
        if super().take(line) == 1 and self.timer.ident is None:
            self.timer.start()

    def let_go(self):
        self.timer.cancel()
        return super().let_go()


class EngineLines(Lines):
    """What a preparation said, until the engine sends a line, or ends without: before the
    run is running, a thread and a client of the log are in its way.
    """

    def __init__(self, kept):
        super().__init__(kept)
        atexit.register(self.drain)

    def take(self, line):
        super().take(line)
        atexit.unregister(self.drain)
        self.send()


def become(argv, env, lines=()):
    """Becomes the plain program, once the lines of the log are sent."""
    if lines:
        Lines(lines).drain()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execvpe(argv[0], argv, env)


def run_as_main(name, arguments):
    """Does what `python -m name arguments` does."""
    spec = importlib.util.find_spec(name)
    sys.argv[:] = [spec.origin, *arguments]
    sys.orig_argv[:] = [sys.executable, "-m", name, *arguments]
    main = types.ModuleType("__main__")
    main.__dict__.update(
        __builtins__=builtins, __spec__=spec, __file__=spec.origin, __cached__=spec.cached,
        __loader__=spec.loader, __package__=spec.parent,
    )  # fmt: skip
    kept.append(sys.modules["__main__"])
    sys.modules["__main__"] = main
    exec(spec.loader.get_code(name), main.__dict__)


kept = []  # a module that is let go loses its names


def run(interpreter, argv, env, unlike, handed):
    """The life of a fork: argv is `python -m SUPERVISOR config`. The file marks
    it, see leave, and takes what its preparation hands over.
    """
    take_on(interpreter, argv, env, unlike)
    interpreter.certificates.serve()
    preparer = os.fork()
    if preparer == 0:
        return prepare(argv, handed)
    signal.signal(signal.SIGTERM, lambda *_: end_with(preparer))
    _, status = os.waitpid(preparer, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.lseek(handed, 0, os.SEEK_SET)
    with open(handed, closefd=False) as order:
        text = order.read()
    if not text:
        if os.WIFSIGNALED(status):
            die_of(os.WTERMSIG(status))
        os._exit(os.WEXITSTATUS(status))
    order = json.loads(text)
    os.chdir(order["dir"])
    argv, env, lines = order["argv"], order["env"], order["lines"]
    if argv != [sys.executable, "-m", ENGINE]:
        become(argv, env, lines)
    take_on(interpreter, argv, env, interpreter.unlike(env, os.getcwd()), lines)
    if lines:
        EngineLines(lines)
    run_as_main(ENGINE, [])


def prepare(argv, handed):
    """Prepares a workspace, and writes to a file what is to be run in it."""
    lines = PreparationLines()

    def hand_over(_file, argv, env):
        sys.stdout.flush()
        sys.stderr.flush()
        with open(handed, "w", closefd=False) as out:
            json.dump({"argv": argv, "env": dict(env), "dir": os.getcwd(), "lines": lines.let_go()}, out)
        os._exit(0)

    os.execvpe = hand_over
    try:
        run_as_main(SUPERVISOR, argv[3:])
    finally:
        lines.send()


def take_on(interpreter, argv, env, unlike, lines=()):
    """Adopts an environment, or becomes the plain program when it is none for this process."""
    if unlike:
        become(argv, env, lines)
    interpreter.adopt(env)
    if interpreter.settings.plugins.enabled:
        become(argv, env, lines)


def end_with(child):
    """Ends on a SIGTERM that was sent to this process alone, too."""
    try:
        os.kill(child, signal.SIGTERM)
    except ProcessLookupError:
        pass
    die_of(signal.SIGTERM)


def die_of(number):
    """Ends as a process that a signal ended."""
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def read(request):
    """The command, the folder and the environment of a request."""

    def text(value):
        return os.fsdecode(base64.b64decode(value))

    entries = (text(e).partition("=") for e in request["env"])
    return [text(a) for a in request["argv"]], text(request["dir"]), {name: value for name, _, value in entries}


class Server:
    """The loop of this process. It holds descriptors by number: a fork closes them."""

    def __init__(self, interpreter):
        self.interpreter = interpreter
        self.socket = socket.socket(fileno=3)
        self.woken, self.wake = os.pipe()
        for end in (self.woken, self.wake):
            os.set_blocking(end, False)
        self.handlers = {n: signal.getsignal(n) for n in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)}
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)

    def say(self, **answer):
        self.socket.sendall(json.dumps(answer).encode() + b"\n")

    def serve(self):
        """Gives, in a fork, what it is to do; nothing once the worker has gone."""
        poll = select.poll()
        poll.register(3, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        certificates = self.interpreter.certificates
        while True:
            ready = {number for number, _ in poll.poll(None if certificates.full else 0)}
            if not ready and not certificates.full:
                certificates.add()
            if self.woken in ready:
                os.read(self.woken, 512)
                self.reap()
            if 3 in ready:
                request = self.receive()
                if request is None:
                    return None
                if job := self.start(*request):
                    return job

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.say(ended=pid, status=status)

    def receive(self):
        head, descriptors = b"", []
        while len(head) < 4:
            part, more, _, _ = socket.recv_fds(self.socket, 4 - len(head), 1)
            descriptors += more
            if not part:
                return None
            head += part
        body, wanted = b"", struct.unpack(">I", head)[0]
        while len(body) < wanted:
            part = self.socket.recv(wanted - len(body))
            if not part:
                return None
            body += part
        return json.loads(body), descriptors[0]

    def start(self, request, output):
        """Forks; gives in the fork what it is to do."""
        try:
            argv, directory, env = read(request)
            unlike = self.interpreter.unlike(env, directory)
            outcome, told = os.pipe()
            pid = os.fork()
        except (OSError, ValueError) as error:
            os.close(output)
            self.say(id=request["id"], error=str(error))
            return None
        if pid == 0:
            mark = self.leave(output, directory, outcome, told, env)
            return lambda: run(self.interpreter, argv, env, unlike, mark)
        os.close(told)
        os.close(output)
        fault = os.read(outcome, 4096).decode()  # ends when the fork leads its session
        os.close(outcome)
        if fault:
            self.say(id=request["id"], error=fault)
        else:
            self.say(id=request["id"], pid=pid, stale=self.interpreter.stale(), unlike=unlike)
        return None

    def leave(self, output, directory, outcome, told, env):
        """In a fork: lets go of what is this process', and takes what is the run's.
        Gives its mark: a file by whose name the next worker knows it, should ours be
        killed before it could say which process it is.
        """
        signal.set_wakeup_fd(-1)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        try:
            os.setsid()
            os.chdir(directory)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for number, source in enumerate((nothing, output, output)):
                os.dup2(source, number)
            for number in (nothing, output, outcome, self.woken, self.wake):
                os.close(number)
            self.socket.close()
            mark = os.memfd_create(env.get("PREFECT__FLOW_RUN_ID", "run"))
            os.close(told)
            return mark
        except OSError as error:
            os.write(told, str(error).encode())
            os._exit(1)


def main():
    gc.disable()  # nothing of what is loaded is let go
    interpreter = Interpreter()
    server = Server(interpreter)
    if interpreter.settings.plugins.enabled:
        server.say(unfit="plugins of prefect are enabled, which act when it is loaded")
        return None
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        server.say(unfit=f"{threads} threads are alive once prefect is imported")
        return None
    # A collection in a fork leaves the pages of what is loaded alone. None comes before: it would find one object in forty,
    # and no page less, in a tenth of a second that the first run waits for.
    gc.freeze()
    gc.enable()
    server.say(ready=True)
    return server.serve()


if job := main():
    job()
