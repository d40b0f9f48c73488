"""Tests of the intake: readers, the inbox, its doors."""
