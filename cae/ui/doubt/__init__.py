"""The Doubt page: how unusual a picture is to a network, and how well that finds what does not belong."""
