"""The factor sheets as paper: their marks, where everything stands, and how they are read back."""
