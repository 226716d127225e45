"""Without network and data the app works with synthetic digits."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import BACK, ONE, button, clear, draw, figures, shows, source, tile, visit
from tests.browser.serving import serve

pytestmark = pytest.mark.browser


def test_without_network_and_data(visitor, no_network, tmp_path):
    with serve(tmp_path, tmp_path / "data") as server:
        page = visitor(server.url + "train?channels=2&batch_size=1024&epochs=1")
        shows(page, "Train")
        button(page, "Start training").click()
        expect(page.get_by_text("Done:")).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_contain_text("could not be downloaded")
        expect(page.get_by_test_id("stAlert")).to_contain_text("uses synthetic digits instead.")
        expect(page.get_by_role("code")).to_contain_text("--dataset synthetic")

        visit(page, "Draw")
        expect(tile(page, BACK)).to_be_visible()
        example = source(tile(page, BACK))
        clear(page)
        draw(page, ONE)
        expect(tile(page, BACK)).not_to_have_attribute("src", example)
        assert 0 < figures(page)["MSE"] < 0.05
        page.close()
