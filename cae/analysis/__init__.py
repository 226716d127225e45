"""What goes on inside a network, and around its bottleneck."""
