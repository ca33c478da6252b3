"""Makes the rows that tests need, through the same actions as the portal."""
