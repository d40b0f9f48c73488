"""Whatever is shot, full, slow or wrong: what was acknowledged is there exactly once (docs/faults.md)."""
