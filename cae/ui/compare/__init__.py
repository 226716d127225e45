"""The Compare page: one or two networks and PCA, measured on the same test pictures."""
