"""Hidden dangers: found, ordered to be put right, put right, looked at again, cleared."""
