"""The app's verbs."""
