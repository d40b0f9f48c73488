"""Alarms: from a signal of a machine to people who go, and back to the question whether it was true."""
