"""Demo data of webhooks: one program is written down, and is told nothing: nothing leaves the house."""

from __future__ import annotations

from webapp.interop.webhooks import actions, queries
from webapp.operation.cast import actor
from webapp.people import actions as people

PLATFORM = "【示例】区级协同平台"
# A name that belongs to nobody, and never will.
ADDRESS = "https://hooks.example/wangge"


def tell() -> None:
    """The endpoint is there, told nothing for now, with a test that waits."""
    if any(each.name == PLATFORM for each in queries.endpoints()):
        return
    admin = actor("admin")
    endpoint, _secret = actions.keep(
        name=PLATFORM,
        url=ADDRESS,
        types=["case.changed", "case.closed", "news.published"],
        account=people.machine_account(PLATFORM, by=admin),
        by=admin,
    )
    actions.move(endpoint, "pause", base_version=None, by=admin)
    actions.send_test(endpoint)
