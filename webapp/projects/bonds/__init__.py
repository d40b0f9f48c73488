"""Special bonds of projects: from an idea to money that is spent and accounted for."""
