"""Tests of danger zones."""
