"""The network of the rehearsal: machines in namespaces of their own behind one bridge, and the host's
edge, which ends TLS for NAME.fly.dev, starts a machine that is not running, and passes bytes on.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Callable

EDGE = "10.77.0.1"
DOMAIN = "fly.dev"


def run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)


class World:
    """Sets the namespace that it runs in up; everything ends with that."""

    def __init__(self, folder: Path, real_root: bool) -> None:
        self.folder, self.real_root = folder, real_root
        run("mount", "-t", "tmpfs", "-o", "mode=755", "rehearsal", self.folder)
        run("mount", "-t", "tmpfs", "none", "/run")
        Path("/run/netns").mkdir()
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "br0", "type", "bridge")
        run("ip", "addr", "add", f"{EDGE}/24", "dev", "br0")
        run("ip", "link", "set", "br0", "up")
        self._machines = 0
        self.hosts = self.folder / "hosts"
        self.hosts.write_text("127.0.0.1 localhost\n")
        run("mount", "--bind", self.hosts, "/etc/hosts")
        self.authorities = self._certify()
        run("mount", "--bind", self.authorities, "/etc/ssl/certs/ca-certificates.crt")

    def _certify(self) -> Path:
        """A certificate for the edge; gives the system's authorities with its own among them."""
        key, made = self.folder / "edge.key", self.folder / "edge.crt"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", key, "-out", made, "-subj", "/CN=rehearsal", "-addext", f"subjectAltName=DNS:*.{DOMAIN}")  # fmt: skip
        together = self.folder / "authorities.crt"
        together.write_text(Path("/etc/ssl/certs/ca-certificates.crt").read_text() + made.read_text())
        return together

    def name(self, app: str) -> None:
        """Gives an app its address at the edge, for everybody."""
        with self.hosts.open("a") as hosts:
            hosts.write(f"{EDGE} {app}.{DOMAIN}\n")

    def connect(self, machine: str) -> str:
        """Makes a machine's network; gives its address."""
        self._machines += 1
        address = f"10.77.0.{self._machines + 1}"
        run("ip", "netns", "add", machine)
        run("ip", "link", "add", f"v{self._machines}", "type", "veth", "peer", "name", "eth0", "netns", machine)
        run("ip", "link", "set", f"v{self._machines}", "master", "br0", "up")
        run("ip", "-n", machine, "addr", "add", f"{address}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            run("ip", "-n", machine, "link", "set", device, "up")
        return address


class Edge:
    """Takes connections for all apps on port 443. `wake(app)` starts the app's machine if it is not
    running and gives its address and port, or None for an app that does not exist."""

    def __init__(self, world: World, wake: Callable[[str], tuple[str, int] | None]) -> None:
        self._wake = wake
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(world.folder / "edge.crt", world.folder / "edge.key")
        self._context.sni_callback = self._remember
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        assert ready.wait(10), "the edge does not listen"

    def _remember(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.rehearsal_name = name

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._pass, EDGE, 443, ssl=self._context)
        ready.set()
        await server.serve_forever()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = getattr(writer.get_extra_info("ssl_object"), "rehearsal_name", None) or ""
        target = await asyncio.to_thread(self._wake, name.removesuffix(f".{DOMAIN}"))
        try:
            for _ in range(300):  # the machine has 30 s to listen
                try:
                    inner = await asyncio.open_connection(*target)
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            await asyncio.gather(self._pump(reader, inner[1]), self._pump(inner[0], writer))
        except (OSError, TypeError, UnboundLocalError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass
        writer.close()
