"""Counts what was acknowledged and lost while processes are killed: `make crashtest`."""
