"""The benchmark's result as one table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["table"]

Row = tuple[str, str, str]


def table(result: dict[str, Any]) -> str:
    """A line for each figure: name, median, and range of its repetitions."""
    rows = [("", "median", "least to greatest"), *_training(result), *_inference(result), *_app(result["app"])]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    lines = [f"{name:<{widths[0]}}  {middle:>{widths[1]}}  {apart}".rstrip() for name, middle, apart in rows]
    quick = ["A quick run: the figures show that it runs, and mean nothing."] if result["quick"] else []
    return "\n".join([*lines, f"{result['dataset']} on {result['device']}", *quick])


def _training(result: dict[str, Any]) -> Iterator[Row]:
    throughput, quality, best = result["throughput"], result["quality"], result["standard_is"]
    for name in ("ours", best):
        yield _row(f"training, images/s: {name}", throughput[name], "{:,.0f}")
    yield _row("training: ratio", throughput["ratio"], "{:.2f}×")
    yield _row("matrix products, GFLOP/s", throughput["peak_gflops"], "{:,.0f}")
    yield _row("training: share of those", throughput["share_of_peak"], "{:.0%}")
    epochs = f"{quality['standard_epochs']} epochs of the standard loop, s"
    yield epochs, f"{quality['standard_seconds']:.1f}", f"to a held-out MSE of {quality['mse']:.5f}"
    yield _row("the same quality, s: ours", quality["seconds"], "{:.1f}")
    yield _row("time to quality: ratio", quality["ratio"], "{:.1f}×")


def _inference(result: dict[str, Any]) -> Iterator[Row]:
    for digits, ways in result["inference_ms"].items():
        for name, milliseconds in ways.items():
            yield f"{int(digits):,} digit{'s' * (digits != '1')}, ms: {name}", f"{milliseconds:.2f}", ""


def _app(app: dict[str, Any] | None) -> Iterator[Row]:
    if app is None:
        return
    if "missing" in app:
        yield "the app", "–", app["missing"]
        return
    for name, one in app.items():
        if "p50" in one:
            yield f"{name}, ms", f"{one['p50']:.0f}", f"p95 {one['p95']:.0f}, longest {one['max']:.0f}, of {one['n']}"
    yield _row("training, in the app / on the command line", app["app / command line"], "{:.2f}×")
    yield _row("the same, watched on the same processors", app["app and tab / command line"], "{:.2f}×")
    for when, each in app["memory_mb"].items():
        yield f"memory {when}, MB", "", f"app {each['app']}, worker {each['worker']}"


def _row(name: str, spread: dict[str, float], form: str) -> Row:
    """A line of the table; a spread is empty if the measurement failed."""
    if not spread:
        return name, "–", "never"
    return name, form.format(spread["median"]), " to ".join(form.format(spread[end]) for end in ("min", "max"))
