"""Lists of organisations and forums, and the person's own details."""
