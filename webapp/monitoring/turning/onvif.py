"""A camera that turns, over ONVIF: its presets, and to look at one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask_babel import lazy_gettext as _l

from webapp.monitoring.onvif import LONGEST_WORD, Device, all_of, text
from webapp.monitoring.reaching import NoAnswer

MEDIA = "http://www.onvif.org/ver10/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"


@dataclass(frozen=True)
class Found:
    """A preset as the camera calls it."""

    token: str
    name: str


class TurningDevice(Device):
    """A camera with presets. Each question raises `NoAnswer` with its reason."""

    lacking: Any = _l("This camera says that it does not turn.")

    def presets(self) -> list[Found]:
        """The presets of the first profile that turns."""
        profile = escape(self._profile())
        body = f"<GetPresets xmlns={quoteattr(PTZ)}><ProfileToken>{profile}</ProfileToken></GetPresets>"
        told = self.ask(PTZ, "GetPresets", body)
        found = []
        for each in all_of(told, "Preset"):
            token = each.get("token", "")
            if token:
                name = text(each, "Name") or token
                found.append(Found(token[:LONGEST_WORD], name[:LONGEST_WORD]))
        return found

    def go_to(self, token: str) -> None:
        """The camera turns to a preset; it answers before it is there."""
        profile = escape(self._profile())
        self.ask(
            PTZ,
            "GotoPreset",
            f"<GotoPreset xmlns={quoteattr(PTZ)}><ProfileToken>{profile}</ProfileToken>"
            f"<PresetToken>{escape(token)}</PresetToken></GotoPreset>",
        )

    def _profile(self) -> str:
        told = self.ask(MEDIA, "GetProfiles", f"<GetProfiles xmlns={quoteattr(MEDIA)}/>")
        for each in all_of(told, "Profiles"):
            if all_of(each, "PTZConfiguration") and each.get("token"):
                return str(each.get("token"))
        raise NoAnswer(_l("No profile of this camera turns."))
