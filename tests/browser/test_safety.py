"""What guards the server, tried against the real one: paths, other sites, uploads, names, headers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.asking import ask
from tests.browser.screen import shows, visit
from tests.browser.test_runs import brings, cards, network

pytestmark = pytest.mark.browser

STEPS = ("..", "%2e%2e", "..%2f..", "..%5c..", "%252e%252e", "....//", ".", "\\..")
PREFIXES = (
    "",
    "content/",
    "strokes/",
    "static/",
    "media/",
    "app/static/",
    "component/x/",
    "_stcore/bidi-components/x/",
)
FILES = ("app.py", ".streamlit/config.toml", "etc/passwd", "cae/ui/frame.py")
SECRETS = (b"root:", b"st.App(", b"enableXsrfProtection", b"st.navigation(")
ELSEWHERE = {"Origin": "https://evil.example"}

# A name with everything that Streamlit's Markdown, HTML or a terminal would read as more than text.
HOSTILE = "www.evil.example :red[__x__] $x^2$ <img src=x onerror=alert(1)> [a](javascript:alert(1)) \u202egnp.exe"
SHOWN = "Www evil.example red x x 2 img src x one"


def test_no_path_leads_to_a_file_that_is_not_served(server):
    runtime = re.search(r"program-[0-9a-f]{16}", _runtime_folder())[0]
    for prefix in (*PREFIXES, f"{runtime}/"):
        for step in STEPS:
            for file in FILES:
                path = f"/{prefix}{step}/{step}/{step}/{file}"
                status, _, body = ask(server, path)
                assert status in (200, 400, 404), path
                assert not any(secret in body for secret in SECRETS), path
                assert status != 200 or b'<div id="root">' in body, path  # the page itself, as for any unknown address


def _runtime_folder():
    from cae.ui.parts.program.in_the_page import FOLDER

    return FOLDER


def test_without_a_password_there_is_no_status_page(server):
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic Og=="}):
        assert ask(server, "/operator-status", headers=headers)[0] == 404


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/health", "/nothing.js", "/content/nothing", "/../x", "/strokes/nothing"]
)
def test_every_answer_has_the_headers(server, path):
    headers = ask(server, path)[1]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == "'self' https://huggingface.co"
    assert policy["default-src"] == policy["connect-src"] == "'self'" and policy["object-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:", "*", "https:"} & set(policy["script-src"].split())


def test_another_site_can_neither_read_nor_open_a_session(server):
    for path in ("/_stcore/health", "/_stcore/host-config", "/content/nothing", "/media/nothing"):
        assert "access-control-allow-origin" not in ask(server, path, headers=ELSEWHERE)[1], path
    opening = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "streamlit",
    }
    assert ask(server, "/_stcore/stream", headers=opening | ELSEWHERE)[0] == 403
    status, _, body = ask(server, "/_stcore/agent/interact", "POST", {"Content-Type": "application/json"}, b"{}")
    assert status >= 400 and b"does not serve" in body


def test_an_upload_needs_the_token_of_the_page_and_its_session_and_a_size(server, lasting):
    page = lasting(server.url + "runs")
    shows(page, "Runs")
    with page.expect_request(re.compile("_stcore/upload_file")) as asked:
        brings(page, network("sound"), "Sound is among your runs.")
    request = asked.value
    path = "/" + request.url.split("/", 3)[3]
    told = request.all_headers()
    whose = {name: told[name] for name in ("cookie", "x-xsrftoken")}
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n%s\r\n--b--\r\n'
    form = whose | {"Content-Type": "multipart/form-data; boundary=b"}

    def upload(headers, content=b"x", where=path):
        return ask(server, where, "PUT", headers, body % content)[0]

    assert upload(form) == 204
    assert upload({name: value for name, value in form.items() if name != "x-xsrftoken"}) == 403
    assert upload(form | {"x-xsrftoken": "2|00000000|00000000000000000000000000000000|1700000000"}) == 403
    session, _ = path.rsplit("/", 2)[1:]
    assert upload(form, where=path.replace(session, "0" * len(session))) == 400
    large = b"x" * (40 * 2**20 + 1)
    assert upload(form, large) == 413
    pieces = (body[:70], *(large[at : at + 2**20] for at in range(0, len(large), 2**20)), b"x" * 2**20)
    assert ask(server, path, "PUT", form | {"Transfer-Encoding": "chunked"}, iter(pieces))[0] == 413


def test_a_runs_name_is_text_and_nothing_else(server, lasting):
    page = lasting(server.url + "runs")
    page.evaluate("() => { window.alert = () => { window.alerted = true } }")
    brings(page, network(HOSTILE), re.compile(f"^{SHOWN}[^_:$<]* is among your runs.$"))
    title = cards(page).first.inner_text()
    assert title.startswith(SHOWN) and len(title) <= 40 and title.isprintable()
    expect(page.get_by_role("combobox", name="First run")).to_have_value(title)
    markup = "a[href*='//evil'], a[href*='//www'], a[href^=javascript], img[src$='/x'], .katex, strong:text-is('x')"
    for name in ("Runs", "Compare", "Draw"):
        if name != "Runs":
            visit(page, name)
        expect(page.get_by_test_id("stMain").locator(markup)).to_have_count(0)
    assert page.evaluate("window.alerted") is None


def test_an_identity_is_in_no_log_and_in_nothing_that_another_visitor_gets(server, lasting, visitor):
    page = lasting(server.url)
    mine = page.wait_for_function("sessionStorage.getItem('cae-visitor')").json_value()
    assert re.fullmatch("[0-9a-f]{32}", mine)
    sent = []
    other = visitor("about:blank")
    other.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(frame)))
    other.goto(server.url + "runs")
    shows(other, "Runs")
    expect(other.get_by_text("You have no runs yet.")).to_be_visible()
    frames = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in sent)
    assert len(frames) > 10_000
    for secret in (mine, "Www evil.example", "Sound"):
        assert secret.encode() not in frames and secret not in other.content()
    assert mine not in server.log.read_text() and mine not in page.url
