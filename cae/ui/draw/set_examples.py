"""Pictures of the network's own data set, where these are nothing that anybody draws: the page starts from one."""

from __future__ import annotations

import streamlit as st

from cae import registry
from cae.config import TrainConfig
from cae.drawing.drawing import Drawing
from cae.registry import is_drawn
from cae.ui.parts.digit_grid import digit_grid
from cae.ui.parts.examples import examples
from cae.ui.parts.held_out import held_out_if_there
from cae.ui.parts.images import Picture

__all__ = ["example_or_drawing"]


def example_or_drawing(config: TrainConfig, drawing: Drawing) -> Picture | None:
    """A row of examples to click on. Returns the chosen one, or None where the drawing is to be shown.

    Digits are put on the canvas. Pictures that nobody draws stand for themselves; a new stroke takes the page back to
    the drawing.
    """
    found = None if is_drawn(config.dataset) else held_out_if_there(config.dataset, config.model.picture)
    if found is None:
        st.caption("Start from an example:")
        examples()
        return None
    title = registry.title(config.dataset)
    name, now = f"set-{config.dataset}", (drawing.version, len(drawing.objects))
    grids = st.session_state.setdefault(f"{name}-grids", 0)
    clicked = st.session_state.get(f"{name}-{grids}", {}).get("selected")
    chosen, then = st.session_state.get(name, (0 if drawing.from_example else None, now))
    if clicked is not None and clicked != chosen:
        chosen, then = clicked, now
    elif then != now:
        chosen, then, grids = None, now, grids + 1  # another grid, to which no old choice applies
    st.session_state[name], st.session_state[f"{name}-grids"] = (chosen, then), grids
    st.caption(f"Pictures of {title} that the network was never trained on. Click one, or draw:")
    digit_grid(
        [found],
        labels=[f"Picture {place} of {title}" for place in range(1, len(found) + 1)],
        label=f"Pictures of {title}",
        selected=chosen,
        key=f"{name}-{grids}",
    )
    if chosen is None:
        return None
    picture: Picture = found[chosen]
    return picture
