"""Residents and the public: reports without an account, what everybody may read, follows, erasure."""
