"""The wall of cameras."""
