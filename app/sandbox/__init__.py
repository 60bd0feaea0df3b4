"""Real HTTPS services on loopback with invented people, for demo, training and tests."""
