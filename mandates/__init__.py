"""Who may speak for whom: form editions, mandates with a line per organisation, internal contacts."""
