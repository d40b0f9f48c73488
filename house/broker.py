"""The MQTT broker of the house: mosquitto with a configuration of ours, on this machine only."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import time
from pathlib import Path

from house.trouble import Trouble

FOLDER = "mqtt"  # in the instance; the intake writes there who may come in
ENDING_S = 2.0
ABOVE = 10_000  # our port is that of the pages and so many more

# What waits at the broker survives a power cut (webapp/base/listening.py); a message is no film; a queue that nobody
# takes from ends before the disk does.
CONFIGURATION = """\
# Written anew with every start of the house: changes here do not last.
listener {port} 127.0.0.1
user {user}
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/rights
pid_file {folder}/pid
persistence true
persistence_location {folder}/data/
autosave_on_changes true
autosave_interval 1
max_packet_size 1048576
max_inflight_messages 100
max_queued_messages 200000
max_queued_bytes 268435456
persistent_client_expiration 30d
log_dest stdout
log_type error
log_type warning
log_type notice
"""


def wanted() -> bool:
    """Whether the house starts a broker: not where MQTT_URL names another, or says off."""
    return not os.environ.get("MQTT_URL")


def spoken() -> bool:
    """Whether machines speak MQTT at all."""
    return os.environ.get("MQTT_URL") != "off"


def port(pages: int) -> int:
    """The port of our broker, from MQTT_PORT; without it, it follows from that of the pages."""
    usual = pages + ABOVE if pages + ABOVE < 65536 else pages - ABOVE
    words = os.environ.get("MQTT_PORT") or str(usual)
    if not words.isdigit() or not 0 < int(words) < 65536:
        raise Trouble(f"MQTT_PORT must be a number from 1 to 65535, not {words}.")
    return int(words)


def program() -> str | None:
    """Where mosquitto is; Debian keeps it where only root looks."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    return shutil.which("mosquitto", path=places)


def check_port(number: int) -> None:
    """Nobody else listens there, or Trouble names another way. The broker of a killed house may end."""
    until = time.monotonic() + ENDING_S
    while not _free(number):
        if time.monotonic() > until:
            raise Trouble(
                f"Port {number} of the MQTT broker is in use by another program: choose another,"
                f" such as MQTT_PORT={number + 1} make run."
            )
        time.sleep(0.1)


def _free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True


def prepare(instance: Path, number: int) -> list[str]:
    """The command of a broker that keeps what it is told; nobody comes in before the intake says who."""
    there = program()
    if there is None:
        raise Trouble("mosquitto is missing: install it, or do without a broker by MQTT_URL=off.")
    folder = (instance / FOLDER).absolute()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in ("passwords", "rights"):
        (folder / name).touch(0o600)
    user = pwd.getpwuid(os.geteuid()).pw_name
    words = CONFIGURATION.format(port=number, user=user, folder=folder)
    (folder / "mosquitto.conf").write_text(words)
    return [there, "-c", str(folder / "mosquitto.conf")]
