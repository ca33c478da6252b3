"""The pages that gather from several apps."""
