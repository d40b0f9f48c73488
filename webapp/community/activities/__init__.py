"""Activities of communities and heart talks: announced, signed up for, attended, their hours counted."""
