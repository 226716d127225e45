// A tour of the page: an offer in the header, for a browser that has not had it, and then one card a stop. A ring marks
// what the card speaks of. All three are popovers: in the browser's top layer, they move nothing and block nothing.

const KEY = "cae-tour"
const GAP = 6 // pixels between a thing and its ring
const MARGIN = 16 // pixels between the card and the edge of the screen
const HEADER = 60 // pixels of the page's header

// For this page's life. A browser that stores nothing has only this.
const memory = (window.caeTour ??= { offered: false, asked: 0 })

export default function ({ data, parentElement }) {
    const find = (name) => parentElement.querySelector(name)
    const tour = { stops: data.stops, offer: find(".offer"), ring: find(".ring"), card: find(".card"), find }
    find(".begin").onclick = () => begin(tour)
    find(".skip").onclick = () => tour.offer.hidePopover()
    find(".end").onclick = () => end(tour)
    find(".back").onclick = () => go(tour, at(tour) - 1)
    find(".next").onclick = () => (at(tour) + 1 < tour.stops.length ? go(tour, at(tour) + 1) : end(tour))
    tour.card.onkeydown = ({ key }) => {
        if (key === "Escape") end(tour)
    }

    if (data.asked > memory.asked) {
        memory.asked = data.asked
        remember()
        begin(tour)
    } else if (!memory.offered && !remember()) {
        tour.offer.showPopover()
    }

    const follow = () => isOn(tour) && mark(tour)
    window.addEventListener("scroll", follow, true)
    window.addEventListener("resize", follow)
    return () => {
        window.removeEventListener("scroll", follow, true)
        window.removeEventListener("resize", follow)
    }
}

// Whether this browser has been offered the tour; from now on it has.
function remember() {
    memory.offered = true
    try {
        const before = localStorage.getItem(KEY)
        localStorage.setItem(KEY, "offered")
        return before !== null
    } catch {
        return false // localStorage is blocked
    }
}

const isOn = (tour) => tour.card.matches(":popover-open")
const at = (tour) => Number(tour.card.dataset.at)

function begin(tour) {
    if (tour.offer.matches(":popover-open")) tour.offer.hidePopover()
    if (!isOn(tour)) {
        tour.ring.showPopover()
        tour.card.showPopover()
    }
    go(tour, 0)
}

function end(tour) {
    tour.card.hidePopover()
    tour.ring.hidePopover()
}

function go(tour, number) {
    const { title, words } = tour.stops[number]
    tour.card.dataset.at = number
    tour.find(".count").textContent = `${number + 1} of ${tour.stops.length}`
    tour.find("#stop").textContent = title
    tour.find("#words").textContent = words
    tour.find(".back").disabled = number === 0
    tour.find(".next").textContent = number + 1 < tour.stops.length ? "Next" : "Done"
    tour.card.dataset.edge = "bottom"
    show(tour)
    mark(tour)
    tour.card.focus({ preventScroll: true })
}

// What the stop speaks of: the first of its places that is on the screen, for a phone folds the sidebar away.
function thing(tour) {
    const found = tour.stops[at(tour)].places.flatMap((place) => Array.from(document.querySelectorAll(place)))
    return found.find((one) => {
        const { width, height, left, right } = one.getBoundingClientRect()
        return width && height && right > 0 && left < window.innerWidth
    })
}

// Scroll it into the room between the page's header and the card, if it is not there.
function show(tour) {
    const one = thing(tour)
    one?.scrollIntoView({ block: "nearest" })
    const scroller = one?.closest('[data-testid="stMain"]')
    if (!scroller) return // in the sidebar, which the card never covers on a wide screen
    const { top, bottom } = one.getBoundingClientRect()
    const end = tour.card.getBoundingClientRect().top
    if (top < HEADER || bottom > end) scroller.scrollBy(0, (top + bottom) / 2 - (HEADER + end) / 2)
}

function mark(tour) {
    const one = thing(tour)
    tour.ring.style.visibility = one ? "visible" : "hidden"
    if (!one) return
    const { left, top, width, height } = one.getBoundingClientRect()
    Object.assign(tour.ring.style, {
        left: `${left - GAP}px`,
        top: `${top - GAP}px`,
        width: `${width + 2 * GAP}px`,
        height: `${height + 2 * GAP}px`,
    })
    const card = tour.card.getBoundingClientRect()
    const room = card.height + 2 * MARGIN
    const beside = left + width < card.left // in the sidebar
    const covered = !beside && top + height > innerHeight - room && top > room // the end of the page, for one
    tour.card.dataset.edge = covered ? "top" : "bottom"
}
