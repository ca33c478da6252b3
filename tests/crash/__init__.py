"""The whole stack under random work and `kill -9`: what was acknowledged is there, once, and nothing is left by halves."""
