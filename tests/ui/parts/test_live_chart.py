"""The chart's Plotly: the file that the browser gets."""

import gzip
import re
from pathlib import Path

import plotly

from cae.ui.parts import live_chart

VERSION = re.compile(rb"plotly\.js.* v([\d.]+)")


def test_it_is_the_version_whose_layout_the_python_package_checks():
    full = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
    served = gzip.decompress(live_chart._compressed())
    assert VERSION.search(served)[1] == VERSION.search(full)[1]
    assert VERSION.search(served)[1].decode() in live_chart._FILE
    assert len(served) < len(full) / 3
