"""Jobs: employers, postings, seekers, how well two fit, and what becomes of it."""
