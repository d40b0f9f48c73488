"""Inspections: planned by risk, less often where monitoring sees it, done on a phone."""
