"""People: who comes in, who holds which post, what is handed over."""
