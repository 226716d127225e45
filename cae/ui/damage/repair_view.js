// A picture, its damage, and what each way makes of it. The server sends the damage at every strength and the repairs of
// each, so the slider only chooses among them. While the eraser moves, the networks repair in the page; the simple ways
// and the figures follow when the server has heard what was erased.

const REACH = 1.6 // pixels of the picture around the pointer that are erased
const REST = 120 // milliseconds without a move, until the networks that are shown small are asked
const TURN = 6 // of so many pictures in a row, one is of a network that is shown small
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const states = new WeakMap() // host → state

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement, setStateValue }) {
    const host = parentElement.querySelector(".repair")
    const state = states.get(host) ?? build(host)
    states.set(host, state)
    state.tell = setStateValue
    take(state, data)
}

const bytes = (packed) => Uint8Array.from(atob(packed), (one) => one.charCodeAt(0))
const packed = (values) => btoa(String.fromCharCode(...values))

function build(host) {
    const find = (name) => host.querySelector(name)
    const state = { host, find, pages: new Map() } // way → what it makes in the page
    const [slider, canvas] = [find(".strength input"), find(".damaged")]
    slider.oninput = () => {
        state.at = Number(slider.value)
        paint(state)
        ask(state)
    }
    slider.onchange = () => state.tell("strength", state.at)
    find(".restore").onclick = () => {
        state.erased.fill(0)
        erasedChanged(state)
        tellErased(state)
    }
    let last = null // where the eraser was
    const place = (event) => {
        const box = canvas.getBoundingClientRect()
        return [event.clientX - box.left, event.clientY - box.top].map((at) => (at / box.width) * state.side)
    }
    canvas.onpointerdown = (event) => {
        if (!event.isPrimary || event.button) return
        canvas.setPointerCapture(event.pointerId)
        last = place(event)
        erase(state, last, last)
    }
    canvas.onpointermove = (event) => {
        if (!last || !event.isPrimary) return
        const now = place(event)
        erase(state, last, now)
        last = now
    }
    canvas.onpointerup = canvas.onpointercancel = (event) => {
        if (!last || !event.isPrimary) return
        last = null
        tellErased(state)
    }
    listenToKeys(state, canvas)
    return state
}

// The arrow keys move the eraser, the space bar erases where it is, and with Shift the arrow keys rub.
function listenToKeys(state, canvas) {
    const eraser = state.find(".eraser")
    let at = null // the middle of the eraser, in pixels of the picture
    const put = (place) => {
        at = place
        eraser.style.setProperty("--size", (2 * REACH) / state.side)
        Object.assign(eraser.style, { left: `${(100 * at[0]) / state.side}%`, top: `${(100 * at[1]) / state.side}%` })
    }
    canvas.onfocus = () => put(at ?? [state.side / 2, state.side / 2])
    canvas.onkeydown = (event) => {
        const step = STEPS[event.key]
        if (!step && event.key !== " ") return
        event.preventDefault() // otherwise the page scrolls
        const before = at
        if (step) put(at.map((one, axis) => Math.min(Math.max(one + step[axis], 0.5), state.side - 0.5)))
        if (!step || event.shiftKey) erase(state, before, at)
    }
    canvas.onkeyup = canvas.onblur = (event) => {
        if (!event.shiftKey && isBehind(state)) tellErased(state)
    }
}

function take(state, data) {
    const before = state.data
    state.data = data
    state.side = data.side
    state.original = bytes(data.original)
    state.channels = state.original.length / (data.side * data.side)
    state.damages = bytes(data.damages)
    state.colours = bytes(data.colours)
    state.ways = data.ways.map((way) => ({ ...way, pictures: bytes(way.pictures) }))
    if (before?.about !== data.about) {
        state.erased = bytes(data.erased)
        state.at = data.at
    }
    if (!isBehind(state)) state.pages.clear()
    if (before?.first !== data.first || !state.ways.some(({ title }) => title === state.chosen)) state.chosen = data.first
    const slider = state.find(".strength input")
    slider.max = data.amounts.length - 1
    slider.value = state.at
    state.find(".strength").hidden = data.amounts.length < 2
    buildWays(state)
    paint(state)
    connect(state)
}

async function connect(state) {
    const network = state.ways.find(({ network }) => network)?.network
    if (!network || state.client) return
    state.client = await import(new URL(`${network.folder}/client.js`, document.baseURI)).catch(() => null)
    if (state.client && isBehind(state)) ask(state)
    paint(state)
}

// Cards, one for each way. Those that are there stay, so that the focus does.
function buildWays(state) {
    const place = state.find(".ways")
    while (place.children.length > state.ways.length) place.lastChild.remove()
    state.ways.forEach((way, at) => {
        const card = place.children[at] ?? place.appendChild(newCard(state, at))
        card.style.setProperty("--tone", way.tone)
        card.classList.toggle("late", !way.network)
        card.querySelector("strong").textContent = way.title
        card.querySelector("small").textContent = way.note
        card.querySelector("canvas").ariaLabel = `${way.title}: repaired`
    })
}

function newCard(state, at) {
    const card = Object.assign(document.createElement("button"), { type: "button", className: "way" })
    card.innerHTML = '<canvas role="img"></canvas><strong></strong><small></small><dl></dl>'
    card.onclick = () => {
        state.chosen = state.ways[at].title
        paint(state)
    }
    return card
}

// The eraser

// Every pixel whose centre is near the line from one place to the other becomes black.
function erase(state, [fromX, fromY], [toX, toY]) {
    const [x, y] = [toX - fromX, toY - fromY]
    const length = x * x + y * y
    const { side } = state
    for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
            const [right, down] = [column + 0.5 - fromX, row + 0.5 - fromY]
            const along = length ? Math.min(Math.max((right * x + down * y) / length, 0), 1) : 0
            if (Math.hypot(right - along * x, down - along * y) <= REACH) state.erased[row * side + column] = 1
        }
    }
    erasedChanged(state)
}

function erasedChanged(state) {
    paint(state)
    ask(state)
}

const isErased = ({ erased }) => erased.some(Boolean)
const tellErased = (state) => state.tell("erased", { about: state.data.about, pixels: packed(state.erased) })

// Whether the server has not heard of all that was erased.
const isBehind = (state) => packed(state.erased) !== state.data.erased

// One picture of several.
const slice = ({ original: { length } }, pictures, at) => pictures.subarray(at * length, (at + 1) * length)
const isGone = ({ erased, channels }, at) => erased[Math.floor(at / channels)]
const damagedNow = (state) => slice(state, state.damages, state.at).map((level, at) => (isGone(state, at) ? 0 : level))

// The networks in the page. While the hand moves, the one that is shown large follows it; the others take turns, one
// after every few pictures. When the hand rests, all are brought up to date.
async function ask(state) {
    state.asked = (state.asked ?? 0) + 1
    state.wake?.()
    if (state.busy) return
    state.busy = true
    const done = new Map() // title → the question that it has answered
    for (let round = 1; state.client && isBehind(state); round++) {
        const isLate = ({ title, network }) => network && done.get(title) !== state.asked
        const large = state.ways.find(({ title }) => title === state.chosen)
        const others = state.ways.filter((way) => way !== large && isLate(way))
        const turn = others.sort((one, other) => (done.get(one.title) ?? 0) - (done.get(other.title) ?? 0))[0]
        if (!isLate(large) && turn) await rest(state)
        const way = isLate(large) && (round % TURN || !turn) ? large : turn
        if (!way) break
        const question = state.asked
        const picture = damagedNow(state)
        const program = new URL(way.network.program, document.baseURI).href
        const answer = await state.client.ask({ program, picture }).catch(() => null)
        done.set(way.title, question)
        if (answer) state.pages.set(way.title, answer.back)
        paintNow(state)
    }
    state.busy = false
}

// Until the hand has rested for a moment, or moves again.
const rest = (state) => new Promise((rested) => {
    setTimeout(rested, REST)
    state.wake = rested
})

// Painting: at most once a frame.

function paint(state) {
    state.frame ??= requestAnimationFrame(() => {
        state.frame = null
        paintNow(state)
    })
}

function paintNow(state) {
    const { find, data, original, ways, at, host } = state
    const damaged = damagedNow(state)
    const behind = isBehind(state)
    host.classList.toggle("behind", behind)
    host.dataset.by = behind ? "page" : "server"
    draw(state, find(".original"), original)
    draw(state, find(".damaged"), damaged)
    find(".strength output").textContent = data.amounts[at]
    find(".strength input").setAttribute("aria-valuetext", data.amounts[at])
    find(".damage-note").textContent = behind ? "…" : `MSE ${data.errors[at]}. Erase here.`
    find(".restore").disabled = !isErased(state)
    ways.forEach((way, number) => {
        const picture = repaired(state, way)
        const card = find(".ways").children[number]
        const isChosen = way.title === state.chosen
        card.setAttribute("aria-pressed", isChosen)
        draw(state, card.querySelector("canvas"), picture)
        card.querySelector("dl").innerHTML = ["MSE", "PSNR", "SSIM"]
            .map((name, column) => `<dt>${name}</dt><dd>${way.figures[at][column]}</dd>`)
            .join("")
        if (!isChosen) return
        find(".repaired").ariaLabel = `Repaired: ${way.title}`
        find(".chosen").style.setProperty("--tone", way.tone)
        find(".chosen span").textContent = `Repaired: ${way.title}`
        find(".chosen small").textContent = behind ? "…" : `MSE ${way.figures[at][0]}`
        draw(state, find(".repaired"), picture)
        draw(state, find(".difference"), errors(state, picture), state.colours)
    })
}

// What the server made of it, or while the eraser is ahead of the server, the newest of the page.
const repaired = (state, way) => (isBehind(state) && state.pages.get(way.title)) || slice(state, way.pictures, state.at)

// As errorPlaces in picture.js, which is fetched only later.
function errors({ original, channels, side }, picture) {
    return Int16Array.from({ length: side * side }, (_, at) => {
        let [sum, squares] = [0, 0]
        for (let part = at * channels; part < (at + 1) * channels; part++) {
            sum += picture[part] - original[part]
            squares += (picture[part] - original[part]) ** 2
        }
        return 255 + Math.round(Math.sqrt(squares / channels)) * (sum < 0 ? -1 : 1)
    })
}

// Levels of grey or of red, green and blue; with a table, the places of colours in it.
function draw({ side, channels }, canvas, places, table) {
    Object.assign(canvas, { width: side, height: side })
    const context = canvas.getContext("2d")
    const image = context.createImageData(side, side)
    for (let at = 0; at < side * side; at++) {
        for (let part = 0; part < 3; part++)
            image.data[4 * at + part] = table ? table[3 * places[at] + part] : places[channels * at + (part % channels)]
        image.data[4 * at + 3] = 255
    }
    context.putImageData(image, 0, 0)
}
