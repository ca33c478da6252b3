"""Reads everything: home pages, overviews, coverage, the partnership file."""
