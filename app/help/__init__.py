"""The help without a window: its topics, what is said of every rule and code, and the search. Above the features,
whose tables of codes it reads."""
