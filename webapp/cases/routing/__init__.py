"""Who gets which case: rules as data, and why a case was routed where it was."""
