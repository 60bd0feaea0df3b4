"""Colours, fonts, icons and the plain controls that every page is made of."""
