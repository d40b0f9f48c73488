"""The settings of one installation, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

# Before the file that holds a secret, where the environment is not to hold it.
FILE = "file:"


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names it and says how to mend it."""


def _setting(variable: str, default: Any, words: str) -> Any:
    return field(default=default, metadata={"variable": variable, "words": words})


@dataclass(frozen=True)
class Settings:
    """Every knob of an installation. `docs/settings.md` is generated from this class."""

    env: str = _setting(
        "WANGGE_ENV", "development", "development, test or production; production is strict"
    )
    instance: Path = _setting(
        "INSTANCE", Path("instance"), "folder of everything that belongs to this installation"
    )
    database_url: str = _setting(
        "DATABASE_URL",
        "",
        "PostgreSQL with PostGIS 3.3 or newer, as an SQLAlchemy address; with several servers, as in"
        " `postgresql+psycopg2://wangge@/wangge?host=10.0.0.5,10.0.0.6&port=5432,5432`, the one that"
        " takes changes is written to and another answers what may lag (docs/scale.md)",
    )
    direct_database_url: str = _setting(
        "DIRECT_DATABASE_URL",
        "",
        "the database itself where DATABASE_URL is a PgBouncer: live pages, the worker and standbys are"
        " reached there; empty: the same",
    )
    secret_key: str = _setting(
        "SECRET_KEY",
        "",
        "signs sessions, links and forms; production wants 32 characters or more. A new one goes in front"
        " of the old one, separated by a comma: what that one signed stays good until it is taken away",
    )
    sealing_keys: str = _setting(
        "SEALING_KEYS",
        "",
        "secrets of 32 characters or more that seal personal values and papers, separated by commas, the"
        " newest first; empty: those of SECRET_KEY. A new one goes in front, then"
        " `reseal`, then the old one may go where no frozen ledger was signed and no relocation paper"
        " was sealed with it: these never change",
    )
    files_url: str = _setting(
        "FILES_URL",
        "",
        "bucket in a store that speaks S3, for the files of several web hosts, such as"
        " `https://KEY:SECRET@s3.example.cn/wangge`, or `file:` and the file that holds this address; empty:"
        " they lie in the folder `files` of INSTANCE (docs/scale.md)",
    )
    port: int = _setting("PORT", 8000, "port of the web pages on 127.0.0.1")
    mqtt_url: str = _setting(
        "MQTT_URL",
        "",
        "a broker of your own, such as `mqtts://name:password@host:8883`; off: machines speak HTTP only;"
        " empty: the house starts one (mosquitto)",
    )
    mqtt_port: int = _setting(
        "MQTT_PORT",
        18000,
        "port of our own broker on 127.0.0.1; `make run` without it: 10000 more than PORT",
    )
    srid: int = _setting(
        "SRID", 4549, "the metric CRS in which this installation stores geometry (EPSG number)"
    )
    reach_m: float = _setting(
        "REACH_M",
        50.0,
        "a point this near (metres) to a grid still belongs to it, as on_border; a change holds from"
        " the next `geodata load`, which `make run` begins with",
    )
    public_url: str = _setting(
        "PUBLIC_URL",
        "",
        "how the house is reached from outside, such as `https://wg.example.cn`, for links in texts;"
        " empty: this machine only",
    )
    timezone: str = _setting("WANGGE_TIMEZONE", "Asia/Shanghai", "local time of the subdistrict")
    locale: str = _setting("WANGGE_LOCALE", "zh_CN", "language of a first visit: zh_CN or en")
    subdistrict: str = _setting(
        "SUBDISTRICT",
        "",
        "name and 9-digit code of another subdistrict than the default one, such as"
        " `滨江街道 420102001`; its installation begins without borders and without demo data",
    )
    case_prefix: str = _setting(
        "CASE_PREFIX", "DJJ", "first letters of every case number, and of the short codes of grids"
    )
    grid_counts: str = _setting(
        "GRID_COUNTS",
        "community=39,village=18,industry=13,relocated=27",
        "how many grids of each kind a boundary set must have; empty: not checked",
    )
    minimum_wage: float = _setting(
        "MINIMUM_WAGE",
        0.0,
        "lowest wage of a full-time month here in yuan, as the province has laid it down: a posting"
        " below it is refused; 0: not compared",
    )
    camera_hosts: str = _setting(
        "CAMERA_HOSTS",
        "",
        "hosts that addresses of cameras and sources may name, separated by commas: names, numbers or networks such"
        " as `nvr.example.cn,10.20.0.0/16`; empty: no address of a camera is taken",
    )
    video_model: str = _setting(
        "VIDEO_MODEL",
        "",
        "file of a detector (ONNX, as YOLO models are exported) that tells people in the pictures of"
        " cameras; empty: the detector of upright walkers that OpenCV brings",
    )
    ais_receivers: str = _setting(
        "AIS_RECEIVERS",
        "",
        "receivers of AIS that the house hears, separated by commas: `tcp:HOST:PORT` for one that is"
        " called, `udp:PORT` or `udp:HOST:PORT` for one that sends to us; empty: none is heard",
    )
    recordings_url: str = _setting(
        "RECORDINGS_URL",
        "",
        "where the recorder shows what a camera saw: an address with {camera} or {gb}, {from} and {to}"
        " (UTC); empty: no link",
    )
    live_cameras: int = _setting(
        "LIVE_CAMERAS", 4, "cameras whose films are made ready for browsers at the same time"
    )
    max_upload_mb: int = _setting("MAX_UPLOAD_MB", 64, "largest request body in megabytes")
    live_streams: int = _setting(
        "LIVE_STREAMS", 14, "open live streams per web process before a new one is told to wait"
    )
    pool_size: int = _setting("DB_POOL_SIZE", 8, "database connections kept per web process")
    tianditu_key: str = _setting(
        "TIANDITU_KEY", "", "key of the national map service; empty: only the built-in map"
    )
    basemaps: str = _setting(
        "BASEMAPS", "", "file with further raster base maps (JSON list, see docs/maps.md)"
    )
    webhook_networks: str = _setting(
        "WEBHOOK_NETWORKS",
        "",
        "networks that are not in the open internet and may be told of events all the same, separated by"
        " commas, such as `10.20.0.0/16`; empty: none",
    )
    sms_channel: str = _setting(
        "SMS_CHANNEL", "console", "how phone codes leave the house: console writes them to the log"
    )
    oidc_issuer: str = _setting(
        "OIDC_ISSUER",
        "",
        "the sign-in service of the office (OpenID Connect), exactly as it calls itself, such as"
        " `https://id.example.cn/realms/office`; empty: no single sign-on. See docs/sign-in.md",
    )
    oidc_client_id: str = _setting(
        "OIDC_CLIENT_ID", "", "what the sign-in service calls this house"
    )
    oidc_client_secret: str = _setting(
        "OIDC_CLIENT_SECRET",
        "",
        "the secret it has given to this house, or `file:` and the file that holds it; empty: PKCE alone",
    )
    oidc_rules: str = _setting(
        "OIDC_RULES",
        "",
        "file (JSON, see docs/sign-in.md) that says what the button is called, what the service is asked"
        " for, which claims give which posts, and what becomes of newcomers; empty: nobody new comes in, no"
        " claim gives a post",
    )
    session_idle_hours: int = _setting(
        "SESSION_IDLE_HOURS", 12, "a session that nobody used for so many hours ends"
    )
    session_days: int = _setting(
        "SESSION_DAYS", 14, "a session ends after so many days, however much it is used"
    )
    proxies: int = _setting(
        "PROXIES", 0, "proxies of your own in front that say the visitor's address; 0: none"
    )
    secure_cookies: bool = _setting(
        "SECURE_COOKIES", False, "cookies only over https; production behind TLS wants 1"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The settings of this process. Raises `SettingsError` naming the first bad variable."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            variable = each.metadata["variable"]
            text = source.get(variable)
            if text is not None and text != "":
                values[each.name] = _read(variable, text, type(each.default))
        settings = cls(**values)
        settings._check()
        return settings

    @property
    def signing_keys(self) -> list[str]:
        """The secrets of SECRET_KEY, the newest first."""
        return [each.strip() for each in self.secret_key.split(",") if each.strip()]

    def _check(self) -> None:
        if self.env not in ("development", "test", "production"):
            raise SettingsError("WANGGE_ENV must be development, test or production.")
        if self.locale not in ("zh_CN", "en"):
            raise SettingsError("WANGGE_LOCALE must be zh_CN or en.")
        if self.subdistrict and re.fullmatch(r"\S.* \d{9}", self.subdistrict) is None:
            raise SettingsError("SUBDISTRICT must be a name, a space and a code of nine digits.")
        for each in self.heard_receivers:
            if re.fullmatch(r"tcp:.+:\d{1,5}|udp:(.+:)?\d{1,5}", each) is None:
                raise SettingsError(
                    f"AIS_RECEIVERS must be like tcp:10.0.0.5:4001 or udp:10110, not {each}."
                )
        if self.env == "production":
            if not self.database_url:
                raise SettingsError("DATABASE_URL is missing: production needs its own server.")
            if min(map(len, self.signing_keys), default=0) < 32:
                raise SettingsError("SECRET_KEY must have 32 characters or more in production.")

        self._check_oidc()
        self._check_networks()
        short = [each for each in self.sealing_keys.split(",") if 0 < len(each.strip()) < 32]
        if self.production and short:
            raise SettingsError(
                "Each of SEALING_KEYS must have 32 characters or more in production."
            )

    def _check_networks(self) -> None:
        for each in self.webhook_networks.split(","):
            try:
                ip_network(each.strip() or "0.0.0.0/0")
            except ValueError as error:
                raise SettingsError(
                    f"WEBHOOK_NETWORKS must be networks such as 10.20.0.0/16, not {each.strip()!r}."
                ) from error

    def _check_oidc(self) -> None:
        if not self.oidc_issuer:
            return
        secure = self.oidc_issuer.startswith("https://")
        if not secure and (self.production or not self.oidc_issuer.startswith("http://")):
            raise SettingsError("OIDC_ISSUER must begin with https://.")
        if not self.oidc_client_id:
            raise SettingsError("OIDC_CLIENT_ID is missing: the service knows this house by it.")

    @property
    def files_address(self) -> str:
        """The bucket of the files; empty where they lie in the folder of this installation."""
        return kept_apart("FILES_URL", self.files_url)

    @property
    def allowed_camera_hosts(self) -> tuple[str, ...]:
        """The hosts that addresses of cameras may name."""
        return tuple(each.strip() for each in self.camera_hosts.split(",") if each.strip())

    @property
    def heard_receivers(self) -> tuple[str, ...]:
        """The receivers of AIS that are heard while the house runs, as they were named."""
        return tuple(each.strip() for each in self.ais_receivers.split(",") if each.strip())

    @property
    def direct_url(self) -> str:
        """The database without a pooler between."""
        return self.direct_database_url or self.database_url

    @property
    def production(self) -> bool:
        """True where real people's data live."""
        return self.env == "production"

    @property
    def address(self) -> str:
        """The beginning of every link that leaves the house."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """The name of the house on the net, in names that are to be unlike those of any other house."""
        return urlsplit(self.address).hostname or "localhost"

    @property
    def elsewhere(self) -> tuple[str, str] | None:
        """Name and code of a subdistrict that is not the one of the default geodata."""
        name, _, code = self.subdistrict.rpartition(" ")
        return (name.strip(), code) if code else None

    @property
    def expected_counts(self) -> dict[str, int]:
        """How many grids of each kind a boundary set must have; empty when nothing is asked."""
        if self.elsewhere and self.grid_counts == Settings.grid_counts:
            return {}  # these are the numbers of the default geodata
        pairs = (part.split("=") for part in self.grid_counts.split(",") if part.strip())
        return {kind.strip(): int(count) for kind, count in pairs}


def kept_apart(variable: str, said: str) -> str:
    """A secret: what its setting says, or what stands in the file that the setting names with `file:`."""
    if not said.startswith(FILE):
        return said
    try:
        return Path(said.removeprefix(FILE)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable} cannot be read: {error}.") from error


def _read(variable: str, text: str, kind: type) -> Any:
    if kind is bool:
        return text.strip().lower() in ("1", "true", "yes", "on")
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsError(f"{variable} must be a {kind.__name__}, not {text!r}.") from error
