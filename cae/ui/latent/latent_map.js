// The map of the codes. A place on it has coordinates along the two leading directions; the code of a place is the
// visitor's own code, moved along these directions (or the mean code while nothing is drawn), plus what the sliders add.
//
// Mouse: point to decode, drag to move the map, click to hold a place. Finger: drag to decode, two fingers to move the
// map. Keys: arrows to walk, + and − to zoom, 0 for the whole map.

const NEAR = 14 // pixels: a point this near to the pointer shows its picture
const DOT = 3 // pixels
const MARGIN = 0.06 // of the map's side around the points
const CELL = 34 // pixels of a picture where the decoder draws everywhere
const STEPS = 65535
const HAND = matchMedia("(pointer: coarse)").matches
    ? "Move a finger over the map: the decoder draws that place. Two fingers move and enlarge the map."
    : "Move the pointer over the map: the decoder draws that place. A click holds it, another lets go. Drag to move the map."
const TOO_LARGE = "This network is too large for the page: the map shows its codes, but draws nothing."
const states = new WeakMap() // host → state

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement }) {
    const host = parentElement.querySelector(".latent")
    const state = states.get(host) ?? build(host)
    states.set(host, state)
    take(state, data)
    const heard = ({ detail }) => {
        if (detail.version === state.data.version) encode(state, [...state.data.start, ...detail.strokes])
    }
    window.addEventListener("strokes", heard)
    return () => window.removeEventListener("strokes", heard)
}

function build(host) {
    const find = (name) => host.querySelector(name)
    const state = { host, map: find(".map"), thumbnail: find(".thumbnail"), decoded: find(".decoded"), words: find(".place") }
    state.hidden = new Set() // classes
    state.added = [] // what each slider adds to the code, in standard deviations
    listen(state)
    new ResizeObserver(() => fit(state)).observe(state.map)
    find(".everywhere").onchange = (event) => {
        state.everywhere = event.target.checked
        paintEverywhere(state)
    }
    host.querySelectorAll("[data-zoom]").forEach((button) => {
        button.onclick = () => (Number(button.dataset.zoom) ? zoom(state, Number(button.dataset.zoom)) : showWhole(state))
    })
    return state
}

const bytes = (packed) => Uint8Array.from(atob(packed), (one) => one.charCodeAt(0)).buffer

function take(state, data) {
    const before = state.data
    state.data = data
    if (before?.points !== data.points) {
        const [steps, size] = [new Uint16Array(bytes(data.points)), data.low.length]
        const place = (at, axis) => (axis < size ? data.low[axis] + (steps[at * size + axis] / STEPS) * (data.high[axis] - data.low[axis]) : 0)
        state.labels = new Uint8Array(bytes(data.labels))
        state.points = Array.from(state.labels, (_, at) => [place(at, 0), place(at, 1)])
        state.mean = new Float32Array(bytes(data.mean))
        const axes = new Float32Array(bytes(data.axes))
        state.axes = data.names.map((_, at) => axes.subarray(at * state.mean.length, (at + 1) * state.mean.length))
        state.own = state.base = state.cursor = state.everywherePictures = null
        state.held = false
        state.added = data.names.map(() => 0)
        buildClasses(state)
        buildSliders(state)
        showWhole(state)
    }
    connect(state).then(() => {
        if (state.data !== data) return
        if (data.strokes.length) encode(state, data.strokes)
        else forget(state)
    })
    state.host.querySelector(".hand").textContent = data.network ? HAND : TOO_LARGE
    state.map.setAttribute("aria-label", `${state.points.length} test pictures by their codes. Arrow keys walk, plus and minus zoom.`)
    paint(state)
}

function buildClasses(state) {
    const { classes, colours } = state.data
    state.hidden.clear()
    state.host.querySelector(".classes").replaceChildren(...classes.map((name, label) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: name })
        button.style.setProperty("--tone", colours[label])
        button.setAttribute("aria-pressed", true)
        button.onclick = () => {
            state.hidden.has(label) ? state.hidden.delete(label) : state.hidden.add(label)
            button.setAttribute("aria-pressed", !state.hidden.has(label))
            paint(state)
        }
        return button
    }))
}

// One slider for each direction that the map does not show.
function buildSliders(state) {
    state.host.querySelector(".about").hidden = state.data.names.length <= 2
    state.host.querySelector(".sliders").replaceChildren(...state.data.names.slice(2).map((name, at) => {
        const label = Object.assign(document.createElement("label"), { textContent: name })
        const slider = Object.assign(document.createElement("input"), { type: "range", min: -3, max: 3, step: 0.05, value: 0 })
        slider.oninput = () => {
            state.added[at + 2] = Number(slider.value)
            walk(state, state.cursor ?? home(state))
            paintEverywhere(state)
        }
        label.append(slider)
        return label
    }))
}

// The network in the page

async function connect(state) {
    const { network } = state.data
    if (!network || state.client) return
    state.client = await import(new URL(`${network.folder}/client.js`, document.baseURI)).catch(() => null)
    if (!state.client) return
    const nothing = () => {}
    state.askDecoder = state.client.follow((answer, question) => showDecoded(state, answer, question), nothing)
    state.askEncoder = state.client.follow((answer, question) => showOwn(state, answer, question), nothing)
}

const program = (state) => new URL(state.data.network.program, document.baseURI).href

function encode(state, strokes) {
    if (state.client) state.askEncoder({ program: program(state), strokes, points: state.data.points })
}

function showOwn(state, { code }, { points }) {
    if (!code || points !== state.data.points) return // of another network
    const moved = state.axes.map((axis) => axis.reduce((sum, one, at) => sum + one * (code[at] - state.mean[at]), 0))
    state.own = [moved[0], moved[1] ?? 0]
    state.base = code
    walk(state, state.held ? state.cursor : state.own)
    paintEverywhereSoon(state)
}

function forget(state) {
    state.own = state.base = null
    state.held = false
    walk(state, home(state))
}

// Where the walk starts: the visitor's digit, or the mean of all codes.
const home = (state) => state.own ?? (state.mean.length === 2 ? [state.mean[0], state.mean[1]] : [0, 0])

function codeAt(state, [x, y]) {
    const from = state.base ?? state.mean
    const [baseX, baseY] = state.own ?? [0, 0]
    const steps = [x - baseX, y - baseY, ...state.added.slice(2).map((deviations, at) => deviations * state.data.spreads[at + 2])]
    return Float32Array.from(from, (one, at) => state.axes.reduce((sum, axis, number) => sum + steps[number] * axis[at], one))
}

// Move the cursor to a place and decode it.
function walk(state, place) {
    place = place.map((one, axis) => near(one, state.whole[axis], state.whole.span)) // not beyond where digits may be
    state.cursor = place
    if (state.client) state.askDecoder({ program: program(state), code: codeAt(state, place), place })
    paint(state)
}

function showDecoded(state, { back, shape }, { place }) {
    state.client.drawPicture(state.decoded, shape, back)
    const shown = place.slice(0, state.data.low.length).map((one) => Number(one.toPrecision(3)).toLocaleString("en"))
    state.words.textContent = `at ${shown.join(", ").replaceAll("-", "−")}`
}

// Once the hand rests.
function paintEverywhereSoon(state) {
    clearTimeout(state.rest)
    state.rest = setTimeout(() => paintEverywhere(state), 300)
}

// What the decoder draws at each place of a grid that covers the map. Newer views stop older ones.
async function paintEverywhere(state) {
    const turn = (state.turn = (state.turn ?? 0) + 1)
    state.everywherePictures = null
    paint(state)
    if (!state.everywhere || !state.client) return
    const { width, height } = size(state)
    const cell = width / Math.round(width / CELL)
    const pictures = (state.everywherePictures = [])
    for (let y = 0; y < height - 1; y += cell) {
        for (let x = 0; x < width - 1; x += cell) {
            const place = toPlace(state, [x + cell / 2, y + cell / 2])
            const answer = await state.client.ask({ program: program(state), code: codeAt(state, place) }).catch(() => null)
            if (turn !== state.turn || !answer) return
            const canvas = document.createElement("canvas")
            state.client.drawPicture(canvas, answer.shape, answer.back)
            pictures.push({ canvas, x, y, cell })
        }
        paint(state)
    }
}

// Places and pixels

const size = ({ map }) => ({ width: map.clientWidth, height: map.clientHeight })

function showWhole(state) {
    const [[left, low], [right, high]] = [state.data.low, state.data.high].map(([x, y]) => [x, y ?? 0])
    state.view = { x: (left + right) / 2, y: (low + high) / 2, span: Math.max(right - left, high - low, 1e-6) * (1 + 2 * MARGIN) }
    state.whole = { 0: state.view.x, 1: state.view.y, span: state.view.span }
    changed(state)
}

const near = (value, middle, most) => Math.min(Math.max(value, middle - most), middle + most)

const scale = (state) => Math.min(size(state).width, size(state).height) / state.view.span // pixels for a step of 1

function toPixels(state, [x, y]) {
    const { width, height } = size(state)
    return [width / 2 + (x - state.view.x) * scale(state), height / 2 - (y - state.view.y) * scale(state)]
}

function toPlace(state, [x, y]) {
    const { width, height } = size(state)
    return [state.view.x + (x - width / 2) / scale(state), state.view.y - (y - height / 2) / scale(state)]
}

function zoom(state, factor, about = [size(state).width / 2, size(state).height / 2]) {
    const [x, y] = toPlace(state, about)
    state.view.span = Math.min(Math.max(state.view.span / factor, state.whole.span / 50), state.whole.span * 2)
    const [nowX, nowY] = toPlace(state, about)
    state.view.x += x - nowX
    state.view.y += y - nowY
    keepInView(state)
}

function move(state, right, down) {
    state.view.x -= right / scale(state)
    state.view.y += down / scale(state)
    keepInView(state)
}

// The middle of the view stays among the points.
function keepInView(state) {
    state.view.x = near(state.view.x, state.whole[0], state.whole.span / 2)
    state.view.y = near(state.view.y, state.whole[1], state.whole.span / 2)
    changed(state)
}

function changed(state) {
    paint(state)
    state.turn = (state.turn ?? 0) + 1
    state.everywherePictures = null
    paintEverywhereSoon(state)
}

function fit(state) {
    const { width, height } = size(state)
    const ratio = window.devicePixelRatio
    Object.assign(state.map, { width: Math.round(width * ratio), height: Math.round(height * ratio) })
    if (state.data) changed(state)
}

// Painting: at most once a frame.

function paint(state) {
    state.frame ??= requestAnimationFrame(() => {
        state.frame = null
        paintNow(state)
    })
}

function paintNow(state) {
    const { map, data, points, labels, hidden, everywherePictures } = state
    if (!data || !map.width) return
    const context = map.getContext("2d")
    const ratio = window.devicePixelRatio
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const { width, height } = size(state)
    context.clearRect(0, 0, width, height)
    context.imageSmoothingEnabled = false
    everywherePictures?.forEach(({ canvas, x, y, cell }) => context.drawImage(canvas, x, y, cell, cell))
    context.globalAlpha = everywherePictures?.length ? 0.5 : 0.75
    const pixels = scale(state)
    const [left, top] = [width / 2 - state.view.x * pixels - DOT / 2, height / 2 + state.view.y * pixels - DOT / 2]
    data.colours.forEach((colour, label) => {
        if (hidden.has(label)) return
        context.fillStyle = colour
        for (let at = 0; at < points.length; at++)
            if (labels[at] === label) context.fillRect(left + points[at][0] * pixels, top - points[at][1] * pixels, DOT, DOT)
    })
    context.globalAlpha = 1
    const ink = getComputedStyle(map).color
    const paper = getComputedStyle(map).getPropertyValue("--st-background-color")
    nameAxes(context, data.names, width, height, ink)
    if (state.own) star(context, toPixels(state, state.own), ink, paper)
    if (state.cursor && String(state.cursor) !== String(state.own)) ring(context, toPixels(state, state.cursor), ink, paper)
}

function nameAxes(context, names, width, height, ink) {
    Object.assign(context, { fillStyle: ink, font: `12px ${getComputedStyle(context.canvas).fontFamily}`, textAlign: "left" })
    context.fillText(`→ ${names[0]}`, 8, height - 8, width - 16)
    if (names.length < 2) return
    context.save()
    context.translate(14, height - 28)
    context.rotate(-Math.PI / 2)
    context.fillText(`→ ${names[1]}`, 0, 0, height - 40)
    context.restore()
}

function star(context, [x, y], ink, paper) {
    context.beginPath()
    for (let corner = 0; corner < 10; corner++) {
        const [far, turn] = [corner % 2 ? 5 : 12, (corner * Math.PI) / 5]
        context.lineTo(x + far * Math.sin(turn), y - far * Math.cos(turn))
    }
    context.closePath()
    Object.assign(context, { fillStyle: ink, strokeStyle: paper, lineWidth: 2 })
    context.stroke()
    context.fill()
}

function ring(context, [x, y], ink, paper) {
    for (const [width, colour] of [[4, paper], [2, ink]]) {
        Object.assign(context, { strokeStyle: colour, lineWidth: width })
        context.beginPath()
        context.arc(x, y, 8, 0, 2 * Math.PI)
        context.stroke()
    }
}

// The picture of the nearest point, if one is near.
function showThumbnail(state, pixels) {
    const { thumbnail, data, points, labels, hidden } = state
    const [x, y] = toPlace(state, pixels)
    const reach = NEAR / scale(state)
    let [nearest, least] = [-1, reach * reach]
    points.forEach((point, at) => {
        const far = (point[0] - x) ** 2 + (point[1] - y) ** 2
        if (far < least && !hidden.has(labels[at])) [nearest, least] = [at, far]
    })
    thumbnail.hidden = nearest < 0
    if (nearest < 0) return
    if (state.sheet?.address !== data.thumbnails) {
        const picture = Object.assign(new Image(), { src: new URL(data.thumbnails, document.baseURI) })
        state.sheet = { address: data.thumbnails, picture }
        picture.onload = () => cut(state, state.shown)
    }
    state.shown = nearest
    thumbnail.style.setProperty("--tone", data.colours[labels[nearest]])
    thumbnail.title = data.classes[labels[nearest]]
    thumbnail.setAttribute("aria-label", `The nearest test picture, of class ${thumbnail.title}`)
    const [right, down] = toPixels(state, points[nearest])
    const { width } = size(state)
    Object.assign(thumbnail.style, { left: `${Math.min(right + 12, width - 64)}px`, top: `${Math.max(down - 70, 2)}px` })
    cut(state, nearest)
}

function cut(state, at) {
    const { picture } = state.sheet
    if (!picture.complete || !picture.naturalWidth) return
    const side = picture.naturalWidth / state.data.across
    Object.assign(state.thumbnail, { width: side, height: side })
    const [column, row] = [at % state.data.across, Math.floor(at / state.data.across)]
    state.thumbnail.getContext("2d").drawImage(picture, column * side, row * side, side, side, 0, 0, side, side)
}

// The hand

function listen(state) {
    const { map } = state
    const pointers = new Map() // id → [x, y] of those that are down
    let travelled = 0
    let before = null // the cursor before the first finger came down
    const at = (event) => [event.offsetX, event.offsetY]
    map.onpointerdown = (event) => {
        map.setPointerCapture(event.pointerId)
        pointers.set(event.pointerId, at(event))
        travelled = 0
        if (event.pointerType === "mouse") return
        if (pointers.size === 2) return before && walk(state, before) // two fingers move the map, not the place
        before = state.cursor
        look(at(event))
    }
    const look = (pixels) => {
        walk(state, toPlace(state, pixels))
        showThumbnail(state, pixels)
    }
    map.onpointermove = (event) => {
        const [now, before] = [at(event), pointers.get(event.pointerId)]
        if (!before) return state.held ? showThumbnail(state, now) : look(now)
        const [right, down] = [now[0] - before[0], now[1] - before[1]]
        travelled += Math.hypot(right, down)
        pointers.set(event.pointerId, now)
        if (pointers.size === 2) pinch(before, now, event.pointerId)
        else if (event.pointerType === "mouse") move(state, right, down)
        else look(now)
    }
    const pinch = (before, now, id) => {
        const [, other] = [...pointers].find(([one]) => one !== id)
        const far = (one) => Math.hypot(one[0] - other[0], one[1] - other[1])
        zoom(state, far(now) / Math.max(far(before), 1), other)
        move(state, (now[0] - before[0]) / 2, (now[1] - before[1]) / 2)
    }
    map.onpointerup = (event) => {
        if (!pointers.delete(event.pointerId) || event.pointerType !== "mouse" || travelled > 4) return
        state.held = !state.held // a click holds the place, another lets it go
        look(at(event))
    }
    map.onpointercancel = (event) => pointers.delete(event.pointerId)
    map.onpointerleave = (event) => {
        state.thumbnail.hidden = true
        if (event.pointerType !== "mouse") return // a finger's place is held when it is lifted
        if (!state.held && state.own && !pointers.size) walk(state, state.own)
    }
    map.onwheel = (event) => {
        if (!event.ctrlKey && document.activeElement !== map && map.getRootNode().activeElement !== map) return // the page scrolls
        event.preventDefault()
        zoom(state, Math.exp(-event.deltaY / 300), at(event))
    }
    map.onkeydown = (event) => {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
        const factor = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 }[event.key]
        if (!step && !factor && event.key !== "0") return
        event.preventDefault()
        if (factor) return zoom(state, factor)
        if (!step) return showWhole(state)
        const [x, y] = state.cursor ?? home(state)
        state.held = true
        look(toPixels(state, [x, y].map((one, axis) => one + (step[axis] * state.view.span) / 50)))
    }
}
