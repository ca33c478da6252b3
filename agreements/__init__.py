"""Regional and local agreements: their text, and whether every principal has adopted the same one."""
