"""Login: how allauth behaves here, second factors, sessions, identity providers."""
