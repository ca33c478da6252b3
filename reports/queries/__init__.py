"""Tables for pages that gather from several apps."""
