"""What cameras leave unseen: what goes blind when one of them falls out, and where a new one would help."""
