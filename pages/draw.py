"""Draw: what does a network remember of your digit?"""

import streamlit as st

from cae.inference import reconstruct
from cae.ui import models, palette, session, views
from cae.ui.canvas import BRUSH, as_drawn, canvas, examples
from cae.ui.images import signed_error
from cae.ui.views import Tile

st.title("What does a network remember of your digit?")
st.write("Draw a digit. A network squeezes it through a narrow place, then draws it again from what came through.")
run = models.choose()


@st.fragment
def board() -> None:
    left, right = st.columns([0.32, 0.68], gap="large")
    with left:
        canvas()
    with right:
        digit = session.digit()
        if digit is None:
            st.info("The canvas is empty. Draw a digit on it, or start from an example below.")
        else:
            back = reconstruct(run, digit[None])
            views.tiles(
                [
                    Tile(digit, "What the network sees", palette.ORIGINAL, "28×28 pixels, as MNIST would"),
                    Tile(back.images[0], "What comes back", palette.RECONSTRUCTION, models.title(run)),
                    Tile(
                        signed_error(digit, back.images[0]),
                        "The difference",
                        palette.DIFFERENCE,
                        "Blue: lost. Orange: added.",
                    ),
                ]
            )
            views.figures(back.figures[0])
            st.caption(models.budget(run.config.model))
        st.caption("Start from an example")
        examples()
    if digit is not None:
        with st.expander("Why the network does not see your drawing as it is"):
            st.write(
                "MNIST's digits were all prepared alike: the ink fitted into 20×20 pixels, its centre of mass put in "
                "the middle of 28×28. A network that learnt from them is lost with a digit in a corner, so your strokes "
                "are drawn anew by the same rules. Size, place and brush make hardly any difference."
            )
            plain = as_drawn(st.session_state.get("brush", BRUSH))
            naive = reconstruct(run, plain[None])
            views.tiles(
                [
                    Tile(plain, "As drawn", palette.ORIGINAL, "The canvas, merely shrunk"),
                    Tile(
                        naive.images[0],
                        "What comes back",
                        palette.RECONSTRUCTION,
                        f"RMSE {views.number(naive.figures[0].rmse)}",
                    ),
                    Tile(digit, "As MNIST would", palette.ORIGINAL, "Fitted and centred"),
                    Tile(
                        back.images[0],
                        "What comes back",
                        palette.RECONSTRUCTION,
                        f"RMSE {views.number(back.figures[0].rmse)}",
                    ),
                ]
            )
    views.definitions()


board()
