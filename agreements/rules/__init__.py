"""Pure rules over registered facts: no database, no clock, no wire."""
