"""Tests of what machines ask for."""
