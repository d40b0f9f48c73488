"""News and policies: written by the bodies, read by everybody, sent to those whom they concern."""
