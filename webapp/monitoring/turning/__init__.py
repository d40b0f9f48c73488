"""Cameras that turn: their presets, and how they are told to look at one (ONVIF)."""
