"""The cells of the notebook that read the pictures of a run, in the run's own splits."""

from __future__ import annotations

from cae.data import datasets
from cae.data.prepared_picture import SPARE
from cae.export.notebook import Cell, code, text
from cae.registry import DATASETS, Shape, entry

__all__ = ["pictures"]

# How torchvision gives the pictures of each data set, (N, C, S, S). ``{}`` says whether to train or to test.
TORCHVISION = {
    "mnist": "datasets.MNIST(folder, {}, download=True).data[:, None]",
    "fashion-mnist": "datasets.FashionMNIST(folder, {}, download=True).data[:, None]",
    "kmnist": "datasets.KMNIST(folder, {}, download=True).data[:, None]",
    "emnist-letters": "datasets.EMNIST(folder, split='letters', {}, download=True).data[:, None].mT",
    "emnist-balanced": "datasets.EMNIST(folder, split='balanced', {}, download=True).data[:, None].mT",
    "cifar-10": "torch.tensor(datasets.CIFAR10(folder, {}, download=True).data).permute(0, 3, 1, 2)",
    "svhn": "torch.tensor(datasets.SVHN(folder + '/SVHN', {}, download=True).data)",
}
SPLITS = {"svhn": ("split='train'", "split='test'")}
USUAL_SPLITS = ("train=True", "train=False")


def pictures(dataset: str, shape: Shape) -> list[Cell]:
    """Cells after which ``train``, ``validation`` and ``test`` are uint8 tensors (N, C, S, S) on the device."""
    about = entry(dataset)
    if about is None:
        cells = _own(shape)
    elif dataset in TORCHVISION:
        cells = _torchvision(dataset)
    else:
        cells = _synthetic()
    moved = "train, validation, test = (pictures.to(device) for pictures in (train, validation, test))"
    sizes = 'print(len(train), "to train on,", len(validation), "to validate,", len(test), "to test")'
    return [*cells, code(f"{moved}\n{sizes}")]


def _torchvision(dataset: str) -> list[Cell]:
    about = DATASETS[dataset]
    known, test = map(TORCHVISION[dataset].format, SPLITS.get(dataset, USUAL_SPLITS))
    return [
        text(f"""
## The pictures

{about.title}: {about.source}. Licence: {about.licence}. torchvision downloads it, unless it is there already.

The last {datasets.VALIDATION_IMAGES:,} of the training pictures are for validation: the network never learns from them.
The test pictures are for the figures at the end alone.
"""),
        code(f"""
from torchvision import datasets

folder = "data"  # where the data set is, or is downloaded to
known = {known}
test = {test}
train, validation = known[:-{datasets.VALIDATION_IMAGES}], known[-{datasets.VALIDATION_IMAGES}:]
"""),
    ]


def _synthetic() -> list[Cell]:
    sizes = list(datasets.SYNTHETIC_IMAGES.values())
    return [
        text("""
## The pictures

`synthetic.py`, in this folder, draws them: digits that look a little like MNIST's. The same seed gives the same digits.
"""),
        code(f"""
from synthetic import digits

drawn, _ = digits({sum(sizes)}, seed={datasets.SYNTHETIC_SEED})
train, validation, test = drawn.split({sizes})
"""),
    ]


def _own(shape: Shape) -> list[Cell]:
    mode, side, channels = "RGB" if shape.channels == 3 else "L", shape.side, shape.channels
    return [
        text(f"""
## The pictures

The network was trained on somebody's own pictures, which are not in this folder. Put them into a folder called
`pictures` beside this notebook; it may have subfolders.

The middle square of each picture is scaled to {side}×{side} pixels. Equal pictures count once. A hash of its pixels
decides whether a picture is trained on (80 %), validated on (10 %) or tested on (10 %), as it did for the run.
Pictures of more than 8 bits a channel come out differently here: the app stretches their range first.
"""),
        code(f"""
from bisect import bisect_left
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def prepared(path):
    \"\"\"The middle square of the picture in a file: uint8 ({channels}, {side}, {side}).\"\"\"
    picture = Image.open(path)
    picture.draft("{mode}", ({SPARE * side}, {SPARE * side}))
    picture = ImageOps.exif_transpose(picture).convert("RGBA")
    picture = picture.reduce(max(1, -(-max(picture.size) // {SPARE * side})))
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("{mode}")
    shorter = min(picture.size)
    left, top = ((length - shorter) / 2 for length in picture.size)
    square = (left, top, left + shorter, top + shorter)
    small = picture.resize(({side}, {side}), Image.Resampling.LANCZOS, box=square)
    return np.ascontiguousarray(np.asarray(small).reshape({side}, {side}, {channels}).transpose(2, 0, 1))


files = [path for path in Path("pictures").rglob("*") if path.suffix.lower() in Image.registered_extensions()]
known = {{sha256(picture.tobytes()).digest(): picture for picture in map(prepared, files)}}
order = sorted(known)
ends = [bisect_left(order, (tenths * 2**256 // 10).to_bytes(32, "big")) for tenths in (8, 9)]
train, validation, test = torch.from_numpy(np.stack([known[one] for one in order])).tensor_split(ends)
"""),
    ]
