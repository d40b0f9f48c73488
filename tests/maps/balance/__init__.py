"""Tests of the grid balancer."""
