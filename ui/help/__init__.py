"""The help in a window of its own: F1 leads to the topic of what is in front."""
