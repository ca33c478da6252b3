"""Settings: base holds what is common, the others hold differences only."""
