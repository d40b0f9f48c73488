"""What machines may ask of the house itself."""

from __future__ import annotations

from webapp.base.access import Anywhere

MAY = {
    "machines.metrics": Anywhere("admin", "supervisor", "machine"),
}
