"""Tests of homes and who lives in them."""
