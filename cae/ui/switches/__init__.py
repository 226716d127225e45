"""The Switches page: what the code carries and what bypasses it."""
