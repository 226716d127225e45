"""From a hand or a picture file to a digit as the data set would have it."""
