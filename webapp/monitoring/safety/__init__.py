"""Safety at work: enterprises and what is dangerous in them, hidden dangers, inspections."""
