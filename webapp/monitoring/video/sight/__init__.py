"""What a machine sees in frames: pure, on arrays, with nothing of the house but its kinds of alarms."""
