// Shows the row of pictures that the server made. While the pen draws strokes of which the server has not heard, the
// pictures in it are the browser's own, of the same network.

const states = new WeakMap() // host → { data, row, follow, latest }

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement }) {
    const host = parentElement.querySelector(".live-reconstruction")
    const state = states.get(host) ?? { host, colours: colours(host) }
    states.set(host, state)
    state.data = data
    showRow(state, data)
    connect(state).then(() => {
        if (state.data === data && !data.complete) ask(state, data.drawn)
    })
    const heard = ({ detail }) => {
        if (detail.version === state.data.version) ask(state, detail.strokes)
    }
    window.addEventListener("strokes", heard)
    return () => window.removeEventListener("strokes", heard)
}

// The pictures of the server. They are decoded first, so that the row is never blank.
async function showRow(state, data) {
    const template = document.createElement("template")
    template.innerHTML = data.row
    const row = template.content.firstElementChild
    row.dataset.by = data.complete ? "server" : "nobody"
    await Promise.all(Array.from(row.querySelectorAll("img"), (image) => image.decode().catch(() => {})))
    if (state.data !== data) return
    state.host.replaceChildren(row)
    if (state.latest) paint(state, state.latest)
}

// Resolves when the runtime is there, also for a call that comes while it is fetched.
function connect(state) {
    const { network } = state.data
    if (network && state.folder !== network.folder) {
        state.folder = network.folder
        state.connection = fetchRuntime(state, network.folder)
    }
    return state.connection ?? Promise.resolve()
}

async function fetchRuntime(state, folder) {
    try {
        const { follow } = await import(new URL(`${folder}/client.js`, document.baseURI))
        state.follow = follow((answer, question) => paint(state, { ...answer, ...question }), () => (state.latest = null))
    } catch {
        state.follow = null // the server's pictures are all that there is
    }
}

function ask(state, drawn) {
    const { network, start, version } = state.data
    if (!network) return
    const program = new URL(network.program, document.baseURI).href
    state.follow?.({ program, strokes: [...start, ...drawn], version, count: drawn.length })
}

// Nothing to paint where the server has already shown these strokes, or the canvas has been given others.
function paint(state, found) {
    const { data, host, colours } = state
    const isNews = found.count > data.count || !data.complete
    const row = host.firstElementChild
    if (!row || !found.picture || found.version !== data.version || !isNews) return
    state.latest = found
    const error = Int16Array.from(found.back, (level, at) => 255 + level - found.picture[at])
    const pictures = [draw(found.shape, found.picture, GREY), draw(found.shape, found.back, GREY), draw(found.shape, error, colours)]
    row.querySelectorAll("img").forEach((image, number) => (image.src = pictures[number]))
    row.dataset.by = "page"
}

// A picture as a data address: for each pixel its place in a table of colours, three bytes each.
function draw([height, width], places, table) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height })
    const context = canvas.getContext("2d")
    const image = context.createImageData(width, height)
    for (let at = 0; at < width * height; at++) {
        for (let part = 0; part < 3; part++) image.data[4 * at + part] = table[3 * places[at] + part]
        image.data[4 * at + 3] = 255
    }
    context.putImageData(image, 0, 0)
    return canvas.toDataURL()
}

const GREY = Uint8Array.from({ length: 3 * 256 }, (_, at) => at / 3)
const colours = (host) => Uint8Array.from(atob(host.dataset.errorColours), (one) => one.charCodeAt(0))
