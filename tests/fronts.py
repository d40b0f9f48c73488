"""What operators put between: nginx before several web servers, PgBouncer before the database, both as we ship them."""

from __future__ import annotations

import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from house import postmaster
from house.cluster import Throwaway
from house.trouble import ROOT
from tests.servers import free_port

DEPLOY = ROOT / "deploy"
WHOLE = """\
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def put(words: str, changes: Mapping[str, str]) -> str:
    """The words with what an operator would put in; each place is there."""
    for there, here in changes.items():
        assert there in words, there
        words = words.replace(there, here)
    return words


@contextmanager
def nginx(folder: Path, site: str, port: int) -> Iterator[None]:
    """nginx serves the site until the block ends; it answers on this port."""
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder))
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program is not None
    words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g"]
    server = subprocess.Popen([*words, "daemon off; user root;"], cwd=folder)
    try:
        _until_open(server, port, folder / "error.log")
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def balanced(folder: Path, houses: Sequence[str]) -> Iterator[str]:
    """The address of nginx before several web servers, each at a `host:port`; without TLS."""
    port = free_port()
    hosts = "\n".join(f"    server {each};" for each in houses)
    site = put(
        (DEPLOY / "nginx.conf").read_text(),
        {
            "    server 127.0.0.1:8000;": hosts,
            "grid.example.org": "localhost",
            "listen [::]:80;": "",
            "listen [::]:443 ssl http2;": "",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        },
    )
    with nginx(folder, re.sub(r"^ *ssl_.*\n", "", site, flags=re.MULTILINE), port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def pooled(cluster: Throwaway, *, size: int) -> Iterator[str]:
    """The address of PgBouncer before the cluster, with so many connections to it."""
    user, port = postmaster.unprivileged(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="wangge-pooler-", dir=cluster.place.socket))
    config, log = folder / "pgbouncer.ini", folder / "log"
    config.write_text(
        put(
            (DEPLOY / "pgbouncer.ini").read_text(),
            {
                "host=10.0.0.5 port=5432": f"host={cluster.place.socket} port={postmaster.PORT}",
                "dbname=wangge": f"dbname=wangge user={postmaster.SUPERUSER}",
                "listen_port = 6432": f"listen_port = {port}",
                "auth_type = scram-sha-256": f"auth_type = any\nlogfile = {log}\nunix_socket_dir =",
                "auth_file = /etc/pgbouncer/userlist.txt\n": "",
                "default_pool_size = 20": f"default_pool_size = {size}",
            },
        )
    )
    for path in (folder, config):
        postmaster.give(path, user)
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
    assert program is not None
    command = [program, "-q", str(config)]
    if user is not None:
        group = pwd.getpwnam(user).pw_gid
        command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command]
    server = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL)
    try:
        _until_open(server, port, log)
        yield f"postgresql+psycopg2://{quote(postmaster.SUPERUSER)}@127.0.0.1:{port}/wangge"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _until_open(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert server.poll() is None, log.read_text() if log.exists() else "it did not start"
