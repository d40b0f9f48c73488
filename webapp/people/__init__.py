"""Accounts, posts held, sign-in and hand-over."""
