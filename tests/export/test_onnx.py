"""The ONNX file is valid, and other programs compute with it what the run's network computes."""

import numpy as np
import onnx
import onnxruntime
import torch

from cae.runs import checkpoint
from tests.export.networks import pictures_for


def session(content):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def test_onnx_runtime_reconstructs_what_the_app_does(every):
    for name, (run, files) in every.items():
        onnx.checker.check_model(onnx.load_from_string(files["network.onnx"]), full_check=True)
        for count in (1, 3):  # any number of pictures at a time
            pictures = pictures_for(run, count)
            found = session(files["network.onnx"]).run(["reconstructions", "code"], {"pictures": pictures.numpy()})
            with torch.inference_mode():
                code, switches = (model := checkpoint.build(run)).encode(pictures)
                wanted = model.decode(code, switches), code
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_allclose(one, other.numpy(), rtol=1e-4, atol=1e-4, err_msg=name)
