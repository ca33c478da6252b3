"""What pages and reports need to know: dataclasses out, a literal number of queries."""
