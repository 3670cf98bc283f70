"""What a browser asks of reviews. Views find, hand over and render."""
