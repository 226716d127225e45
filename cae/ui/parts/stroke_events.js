// Listens to the pen on the canvas of streamlit-drawable-canvas, draws for it, and reports every stroke to the server.
//
// The pen is any pointer: mouse, finger or stylus. The canvas (fabric.js) is given each stroke as the events of one
// well-behaved mouse, for of real ones it loses some: a cancelled touch, and what is drawn while a palm lies on the
// screen. So the strokes on the canvas and those that the server hears of are the same, point by point.

const HOST = ".st-key-canvas"
const CANVAS = "canvas.upper-canvas"
const WITHOUT_TOOLBAR = ".dc-toolbar { display: none !important }" // it lies over the upper right corner
const NEAR = 0.4 // canvas pixels: a point no farther from the last one adds nothing

let data = null // { address, version, started, width, rerun }: as the page gave it last
let rerun = null
let pen = null // { id, canvas, data, points } while it is down
const drawings = new WeakMap() // canvas → { version, strokes }: what was drawn on it since it was given that version
const ready = new WeakSet()

// The shadow roots in which canvases live: two for a moment, while one takes the place of another.
const findRoots = () => Array.from(document.querySelectorAll(`${HOST} *`), (part) => part.shadowRoot).filter(Boolean)

let waiting = false
const prepareAll = () => {
    const roots = findRoots()
    roots.filter((root) => !ready.has(root)).forEach(prepare)
    // A host is there a moment before its root, and of that no observer tells.
    if (waiting || roots.length >= document.querySelectorAll(HOST).length) return
    waiting = true
    requestAnimationFrame(() => {
        waiting = false
        prepareAll()
    })
}
const observer = new MutationObserver(prepareAll)

const prepare = (root) => {
    ready.add(root)
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(WITHOUT_TOOLBAR)
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
    // The canvas listens to touches too, and the browser would scroll.
    const keep = (event) => {
        event.preventDefault()
        event.stopPropagation()
    }
    root.addEventListener("touchstart", keep, { capture: true, passive: false })
    new MutationObserver(() => name(root)).observe(root, { childList: true, subtree: true })
    name(root)
}

// What is on the canvas, in words: strokes can be counted, what they show is the visitor's to know.
const name = (root) => {
    const canvas = root.querySelector(CANVAS)
    if (!canvas || !data) return
    const old = drawings.get(canvas)
    const count = data.started + (old?.version === data.version ? old.strokes.length : 0)
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", count ? `The canvas, with ${count} stroke${count > 1 ? "s" : ""}` : "The canvas, empty")
    root.querySelectorAll("canvas").forEach((one) => one !== canvas && one.setAttribute("aria-hidden", true)) // below it
}

const place = (canvas, { clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return [((clientX - left) * canvas.width) / width, ((clientY - top) * canvas.height) / height]
}

const isInside = (canvas, [x, y]) => x >= 0 && y >= 0 && x < canvas.width && y < canvas.height

// fabric.js listens to the canvas for the pen's down, to the document for the rest. A PointerEvent, unlike a
// MouseEvent, has fractions of a pixel.
const send = (canvas, type, [x, y]) => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const event = new PointerEvent(type, {
        clientX: left + (x * width) / canvas.width,
        clientY: top + (y * height) / canvas.height,
        buttons: type === "mouseup" ? 0 : 1,
        isPrimary: true,
        bubbles: true,
        cancelable: true,
        composed: true,
    })
    const target = type === "mousedown" ? canvas : document
    target.dispatchEvent(event)
}

const down = (event) => {
    const path = event.composedPath()
    const canvas = findRoots().find((root) => path.includes(root))?.querySelector(CANVAS)
    if (!canvas || event.button !== 0) return
    const point = place(canvas, event)
    if (!isInside(canvas, point)) return
    event.preventDefault() // else the browser adds the events of a mouse
    if (pen && pen.id === event.pointerId) up(event) // its up was missed
    if (pen?.canvas.isConnected) return // another finger is drawing
    canvas.setPointerCapture(event.pointerId)
    pen = { id: event.pointerId, canvas, data, points: [point] }
    send(canvas, "mousedown", point)
    announce(withPen())
}

const move = (event) => {
    if (pen?.id !== event.pointerId) return
    if (!event.buttons) return up(event) // it went up where the page could not see it
    const point = place(pen.canvas, event)
    const [x, y] = pen.points.at(-1)
    if (Math.hypot(point[0] - x, point[1] - y) <= NEAR) return
    pen.points.push(point)
    send(pen.canvas, "mousemove", point)
    announce(withPen())
}

// Up or cancelled: what was drawn so far is the stroke.
const up = (event) => {
    if (pen?.id !== event.pointerId) return
    const { canvas, points, data: before } = pen
    pen = null
    if (!canvas.isConnected) return
    if (before.version !== data.version || before.width !== data.width) {
        // The canvas was given another drawing or pen meanwhile, and has forgotten how the stroke began.
        send(canvas, "mousedown", points[0])
        points.slice(1).forEach((point) => send(canvas, "mousemove", point))
    }
    send(canvas, "mouseup", points.at(-1))
    const rounded = points.map((point) => point.map((one) => Math.round(one * 100) / 100))
    const drawing = withStroke(canvas, rounded)
    drawings.set(canvas, drawing)
    name(canvas.getRootNode())
    report(drawing) // nothing to announce: the stroke has no point more than at its last move
}

// Tell the server; whoever in the page shows its answer hears of it. Without an answer, the page is run again.
const report = async (drawing) => {
    const answer = await post(drawing)
    if (answer) window.dispatchEvent(new CustomEvent("answer", { detail: answer }))
    if (!answer || data.rerun) rerun(drawing)
}

const post = async (drawing) => {
    try {
        const address = new URL(data.address, document.baseURI)
        const response = await fetch(address, { method: "POST", body: JSON.stringify(drawing) })
        return response.ok ? await response.json() : null
    } catch {
        return null
    }
}

// All strokes drawn since the canvas was given its version, and one more.
const withStroke = (canvas, points) => {
    const old = drawings.get(canvas)
    const strokes = old?.version === data.version ? old.strokes : []
    return { version: data.version, strokes: [...strokes, { width: data.width, points }] }
}

const withPen = () => withStroke(pen.canvas, pen.points)

// For whoever in the page follows the pen. The points of the last stroke grow while it is drawn.
const announce = (drawing) => window.dispatchEvent(new CustomEvent("strokes", { detail: drawing }))

// Streamlit calls this whenever the data change. The listeners are added once: to add one again does nothing.
export default function (component) {
    data = component.data
    rerun = (drawing) => component.setStateValue("drawing", drawing)
    const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up }
    Object.entries(listeners).forEach(([name, heard]) => window.addEventListener(name, heard, { capture: true }))
    observer.observe(document.body, { childList: true, subtree: true })
    prepareAll()
    findRoots().forEach(name)
}
