"""Where a new camera would help: places are proposed, one after another, by what they would add."""
