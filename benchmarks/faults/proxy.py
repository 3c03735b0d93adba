"""Debian's nginx in front of nodes, on the very files that `deploy/nginx` ships."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.seen import Skipped
from benchmarks.faults.site import Site, free_port, started, wait
from benchmarks.faults.visitor import Visitor

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
NAME = "localhost"


@dataclass
class Proxy:
    """A running nginx."""

    folder: Path
    port: int
    plain_port: int
    pid: int

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.port}"

    def visitor(self, cookie: str = "") -> Visitor:
        return Visitor(self.address, cookie)


def settings(port: int) -> dict[str, str]:
    """Return what a site must know to be behind a proxy that listens on this port."""
    return {"SITE_URL": f"https://{NAME}:{port}", "BEHIND_PROXY": "true"}


def require_nginx() -> str:
    """Return the path of nginx.

    Raises:
        Skipped: there is none.
    """
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise Skipped("no nginx: apt-get install nginx-light")
    return found


@contextmanager
def proxied(folder: Path, nodes: list[Site], port: int) -> Iterator[Proxy]:
    """Run nginx in front of these nodes, in a folder of its own."""
    nginx = require_nginx()
    plain_port = free_port()
    folder.mkdir(parents=True)
    _certificate(folder)
    shutil.copytree(SHIPPED / "pages", folder / "pages")
    _write(folder, nodes, port, plain_port)
    main = folder / "nginx.conf"
    # The same check as `nginx -t` of an operator.
    checked = subprocess.run([nginx, "-t", "-c", str(main)], capture_output=True, text=True)
    if checked.returncode:
        raise RuntimeError(checked.stderr)
    with started([nginx, "-c", str(main), "-g", "daemon off;"], folder / "nginx.log") as process:
        proxy = Proxy(folder, port, plain_port, process.pid)
        if not wait(lambda: proxy.visitor().get("/healthz").status == 200, 20):
            raise RuntimeError((folder / "error.log").read_text()[-2000:])
        yield proxy


def _write(folder: Path, nodes: list[Site], port: int, plain_port: int) -> None:
    """Copy the shipped files, with the ports, names and paths of this run."""
    main = (SHIPPED / "nginx.conf").read_text()
    for shipped, ours in (
        ("user www-data;", "user root;"),
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/etc/nginx/shortscience.conf", f"{folder}/shortscience.conf"),
    ):
        main = _replaced(main, re.escape(shipped), ours)
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = _replaced(main, r"\nhttp \{\n", f"\nhttp {{\n{temporary}")
    (folder / "nginx.conf").write_text(main)

    site = (SHIPPED / "shortscience.conf").read_text()
    servers = "".join(
        f"    server 127.0.0.1:{node.port} max_fails=1 fail_timeout=2s;\n" for node in nodes
    )
    for pattern, ours in (
        (r"(?:    server 127\.0\.0\.1:\d+ .*\n)+", servers),
        (r" +listen \[::\].*\n", ""),
        (r"listen 80;", f"listen 127.0.0.1:{plain_port};"),
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"https://example\.org", f"https://{NAME}:{port}"),
        (r"(www\.)?example\.org", NAME),
        (r"/etc/ssl/shortscience", str(folder)),
        (r"/var/lib/shortscience", str(nodes[0].folder)),
        (r"/etc/nginx/shortscience-pages", f"{folder}/pages"),
    ):
        site = _replaced(site, pattern, ours)
    # Clients come by the port of this run, which a name without a port would lose.
    site = _replaced(site, r"proxy_set_header Host \$host;", "proxy_set_header Host $http_host;")
    (folder / "shortscience.conf").write_text(site)


def _replaced(text: str, pattern: str, ours: str) -> str:
    """Return the text with our value; the shipped file must have what is replaced."""
    changed, count = re.subn(pattern, lambda _: ours, text)
    if not count:
        raise RuntimeError(f"deploy/nginx has no {pattern!r} any more: adapt this script")
    return changed


def _certificate(folder: Path) -> None:
    """Make a certificate for this run."""
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
        ],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise Skipped(f"no certificate could be made: {made.stderr[-200:]}")
