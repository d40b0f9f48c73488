"""The door of the house."""

import gc

# What is imported stays: to look for garbage among it costs a fifth of the start, and later a little
# of every request.
gc.disable()

from webapp.app import create_app  # noqa: E402
from webapp.base import collecting  # noqa: E402

app = create_app()
gc.freeze()
collecting.begin()
