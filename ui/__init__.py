"""The window: shows what `app` does and starts it."""
