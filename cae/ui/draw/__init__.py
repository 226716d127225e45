"""The Draw page: a drawing, its reconstruction and their difference."""
