"""The portal of a regional partnership against men's violence against women."""
