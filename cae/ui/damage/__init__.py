"""The Damage page: break a picture, and see what repairs it."""
