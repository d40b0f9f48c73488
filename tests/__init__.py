"""Tests of the house, from its rules to its pages."""
