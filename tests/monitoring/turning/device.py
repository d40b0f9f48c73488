"""A camera that turns, as a server of ONVIF: it notes where it was told to look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from tests.monitoring.onvif import PASSWORD, USER, OnvifDevice, fault, standing

__all__ = ["PASSWORD", "USER", "Turning", "turning"]


@dataclass
class Turning(OnvifDevice):
    """Where it looks, and its presets."""

    services: dict[str, str] = field(
        default_factory=lambda: {
            "ver10/media/wsdl": "media_service",
            "ver20/ptz/wsdl": "ptz_service",
        }
    )
    looks_at: list[str] = field(default_factory=list)
    presets: dict[str, str] = field(
        default_factory=lambda: {"1": "大门", "2": "氨罐 & 机房", "tour": ""}
    )

    def tells(self, name: str, _head: Element | None, said: Element) -> tuple[int, str]:
        """Its profiles and presets, and that it turns."""
        if name == "GetProfiles":
            return 200, (
                '<m:Profiles token="fixed"/><m:Profiles token="main">'
                '<t:PTZConfiguration token="ptz"/></m:Profiles>'
            )
        if name == "GetPresets":
            return 200, "".join(
                f'<p:Preset token="{token}"><t:Name>{escape(words)}</t:Name></p:Preset>'
                for token, words in self.presets.items()
            )
        told = {each.tag.rpartition("}")[2]: each.text for each in said.iter()}
        if told.get("ProfileToken") != "main" or told.get("PresetToken") not in self.presets:
            return fault("ter:NoToken", "The preset does not exist")
        self.looks_at.append(str(told["PresetToken"]))
        return 200, "<p:GotoPresetResponse/>"


@contextmanager
def turning() -> Iterator[Turning]:
    """The camera stands at an address until the block ends."""
    with standing(Turning()) as camera:
        yield camera
