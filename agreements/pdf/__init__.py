"""The documents of the app."""
