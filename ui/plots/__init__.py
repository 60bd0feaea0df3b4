"""Figures as bars: the card around one, and the drawing, which alone imports pyqtgraph."""
