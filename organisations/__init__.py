"""Who takes part: organisations, their deciding bodies, forums and seats, people and their roles."""
