"""A company and its settings: its login of Message Central, its defaults, and who may do what."""
