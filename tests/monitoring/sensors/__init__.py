"""Tests of sensors: thresholds, silence, values and their months."""
