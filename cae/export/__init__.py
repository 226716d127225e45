"""A run as a folder that needs nothing of this project: PyTorch source, weights, a notebook, an ONNX file."""
