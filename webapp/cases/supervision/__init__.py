"""Supervision orders: a case that is late, repeated or dear to a leader is answered for in writing."""
