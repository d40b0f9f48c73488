"""The intake: what machines of others say is kept, read, and told on."""
