"""What is done to the picture along tracks."""
