"""The wall of cameras: what somebody likes to look at, and rounds that walk over many cameras."""
