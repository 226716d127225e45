"""What the operator of a public page needs, and visitors do not see: start, guard and status page."""
