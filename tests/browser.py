"""Browser tests: the real servers on a database of their own, and headless Chromium."""
