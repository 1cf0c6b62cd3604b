"""What is done to a running pipeline: one module for each kind of act."""
