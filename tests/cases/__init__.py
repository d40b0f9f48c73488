"""Tests of the case desk."""
