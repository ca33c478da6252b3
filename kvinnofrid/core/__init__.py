"""The lowest layer: what every app shares and no app owns."""
