"""What the cameras want by the clock: who fell silent is found out within 90 seconds."""

from __future__ import annotations

from webapp.base.tasks import task
from webapp.monitoring.video import health


@task("video.health", cron="* * * * * */15", retry=0)
def look() -> None:
    """Cameras and recorders that fell silent, or are back, are known as that."""
    health.look()
