"""What was done, by whom, and what became of it: the history as people read it, and *Undo* of anything in it.

Above the features, for it knows how each of them takes something back.
"""
