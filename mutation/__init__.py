"""Changes the code that money depends on, a little at a time, and asks whether a test notices."""
