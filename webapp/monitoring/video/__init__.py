"""Video: rules over the pictures of cameras, the worker that watches, zones, snapshots, the wall."""
