"""The wind: measured by stations, or said at the desk by whoever looked at a flag."""
