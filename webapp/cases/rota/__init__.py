"""Who is in the field: on duty, with which skills, and where they said they were."""
