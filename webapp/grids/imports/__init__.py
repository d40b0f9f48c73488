"""A file of borders on its way through the house: sent, looked at, answered, made a draft."""
