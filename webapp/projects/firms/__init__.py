"""What the enterprise of a project sees and asks: its own project, and nothing else."""
