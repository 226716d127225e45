"""What people need who use no mouse or cannot see well: axe-core's findings on a page, and a walk through it by Tab."""

from importlib.util import find_spec
from pathlib import Path

AXE = Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js").read_text("utf-8")
GRAVE = ("moderate", "serious", "critical")
COLOURS = ["color-contrast", "link-in-text-block"]  # all that another theme can change
EXPERIMENTAL = ["label-content-name-mismatch", "td-has-header"]  # off by default; both find real faults here
MOST_STOPS = 150  # of a page

RUN = """([rules, more]) => axe.run(document, {
    resultTypes: ["violations"],
    rules: Object.fromEntries(more.map((rule) => [rule, { enabled: true }])),
    ...(rules && { runOnly: rules }),
}).then(({ violations }) => violations.flatMap(({ id, impact, nodes }) => nodes.map((node) => {
    const [colours] = node.any.map(({ data }) => data).filter((data) => data?.contrastRatio)
    const why = colours ? `${colours.contrastRatio}: ${colours.fgColor} on ${colours.bgColor}` : ""
    return { impact, words: `${id} (${impact}) ${why} ${node.html.slice(0, 200)}` }
})))"""

# A picture in any of these ways, and its name. One that its own button or picture names is a part of that.
PICTURES = """() => everywhere("img, canvas, svg[role=img], [role=img]")
    .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true], [role=presentation]"))
    .filter((one) => !one.parentElement?.closest("button[aria-label], [role=img]"))
    .map((one) => [one.alt ?? one.ariaLabel ?? one.getAttribute("aria-label"), one.outerHTML.slice(0, 200)])"""

# How an element and what is around it look, and that of the one which had the focus before.
LOOKS = """(() => {
window.focused = () => {
    let one = document.activeElement
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
    return one
}
window.nameOf = (one) => one.ariaLabel ?? one.innerText ?? one.tagName
const LOOK = ["outlineStyle", "outlineWidth", "boxShadow", "borderColor", "backgroundColor", "color"]
const lookOf = (one) => {
    const around = []
    for (let at = one; at && around.length < 4; at = at.parentElement ?? at.getRootNode().host) around.push(at)
    const after = [one, one.nextElementSibling].filter(Boolean).map((part) => getComputedStyle(part, "::after"))
    const styles = [...around.map((part) => getComputedStyle(part)), ...after]
    return styles.map((style) => LOOK.map((name) => style[name]).join()).join(";")
}
let last = null
const frames = async (count) => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame)
}
const isUnseen = async ({ one, look }, now) => {
    if (!one.isConnected || one === now || lookOf(one) !== look) return false
    await frames(20) // Streamlit draws some rings late, and takes them away late
    const without = lookOf(one)
    one.focus()
    await frames(20)
    const unseen = lookOf(one) === without
    now.focus()
    return unseen
}
// The element that has the focus now, and the one that had it before, if nobody could see that. Null at the end.
window.stepped = async () => {
    await frames(2)
    const one = focused()
    const unseen = last && (await isUnseen(last, one)) ? last.one.outerHTML : ""
    last = one === document.body ? null : { one, look: lookOf(one) }
    return [last && nameOf(one), unseen.slice(0, 300)]
}
})()"""


def grave(page, colours_only=False):
    """What axe-core finds on the page as it is, minor faults aside: a sentence for each.

    The window is made as high as the page first: axe judges no colour that it cannot see.
    """
    as_high_as_its_page(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, [COLOURS if colours_only else None, [] if colours_only else EXPERIMENTAL])
    return [one["words"] for one in found if one["impact"] in GRAVE]


def as_high_as_its_page(page):
    height = page.evaluate(
        "Math.max(...['stMain', 'stSidebarContent'].map("
        "(name) => document.querySelector(`[data-testid=${name}]`)?.scrollHeight ?? 0))"
    )
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height + 10})


def moving(page):
    """What would still move although the visitor asks for less motion: a transition or animation that takes time."""
    return page.evaluate(
        """everywhere("*").filter((one) => {
            const { transitionDuration, transitionProperty, animationDuration, animationName } = getComputedStyle(one)
            const lasts = (times) => Math.max(...times.split(",").map(parseFloat)) > 0.001
            return (transitionProperty !== "none" && lasts(transitionDuration)) ||
                (animationName !== "none" && lasts(animationDuration))
        }).map((one) => one.outerHTML.slice(0, 200))"""
    )


def nameless(page):
    """Pictures that have no name, or one that says nothing."""
    return [html for name, html in page.evaluate(PICTURES) if not name or name.lower() in ("image", "picture", "chart")]


def stops(page):
    """Press Tab until the end of the page; yields the words of each place. Each must be seen to have the focus."""
    page.evaluate(LOOKS)
    page.evaluate("focused()?.blur() ?? stepped()")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        words, unseen = page.evaluate("stepped()")
        assert not unseen, f"nobody can see that this has the focus: {unseen}"
        if words is None:
            return
        yield words
    raise AssertionError(f"more than {MOST_STOPS} stops on the way through the page")
