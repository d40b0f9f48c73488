"""Tests of cameras that turn."""
