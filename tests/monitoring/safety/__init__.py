"""Tests of safety: profiles of enterprises, hidden dangers, inspections, licences."""
