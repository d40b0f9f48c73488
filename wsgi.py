"""The door of the house."""

from webapp.app import create_app

app = create_app()
