"""The house around the application: what `make` uses before, beside and after it."""
