"""Sensors: what they measure, from when on that is an alarm, and when they fell silent."""
