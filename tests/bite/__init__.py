"""Each permission rule is flipped in turn, and the tests have to notice (`make bite`; not part of `make test`)."""
