"""The Compare page: networks and PCA on the same test pictures."""
