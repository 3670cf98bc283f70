"""Measures what the product costs beside references of the same run: `make bench`."""
