"""The forms of what became of actions, impacts and ideas that an earlier review left."""
