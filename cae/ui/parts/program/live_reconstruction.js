// Shows what the server made of the drawing: three pictures and their figures. While the pen draws strokes that the
// server has not answered yet, the pictures are the browser's own, of the same network.

const states = new WeakMap() // host → { host, colours, data, shown, latest, folder, connection, follow, drawPicture, errorPlaces }

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement }) {
    const host = parentElement.querySelector(".live-reconstruction")
    const state = states.get(host) ?? { host, colours: colours(host) }
    states.set(host, state)
    state.data = data
    const answer = { version: data.version, count: data.count, html: data.html }
    if (!isOlder(answer, state.shown)) show(state, answer, data.complete)
    connect(state).then(() => {
        if (state.data === data && !data.complete) ask(state, data.drawn)
    })
    const listeners = {
        strokes: ({ detail }) => detail.version === state.data.version && ask(state, detail.strokes),
        answer: ({ detail }) => detail.html && !isOlder(detail, state.shown) && show(state, detail, true),
    }
    Object.entries(listeners).forEach(([name, heard]) => window.addEventListener(name, heard))
    return () => Object.entries(listeners).forEach(([name, heard]) => window.removeEventListener(name, heard))
}

// Whether an answer is about fewer strokes, or an earlier drawing, than the one that is shown.
const isOlder = (answer, shown) =>
    shown && (answer.version < shown.version || (answer.version === shown.version && answer.count < shown.count))

// The pictures of the server. They are decoded first, so that the row is never blank.
async function show(state, answer, complete) {
    state.shown = { ...answer, complete }
    const shown = state.shown
    const template = document.createElement("template")
    template.innerHTML = answer.html
    await Promise.all(Array.from(template.content.querySelectorAll("img"), (image) => image.decode().catch(() => {})))
    if (state.shown !== shown) return
    state.host.replaceChildren(template.content)
    state.host.dataset.by = complete ? "server" : "nobody"
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
        const { follow, drawPicture, errorPlaces } = await import(new URL(`${folder}/client.js`, document.baseURI))
        Object.assign(state, { drawPicture, errorPlaces })
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
    const { shown, host, colours } = state
    const isNews = found.version === shown.version && (found.count > shown.count || !shown.complete)
    const before = host.querySelectorAll(".tiles :is(img, canvas)")
    if (!before.length || !found.picture || !isNews) return
    state.latest = found
    const [height, width] = found.shape
    const error = state.errorPlaces(found.picture, found.back, height * width)
    const pictures = [[found.picture], [found.back], [error, colours]]
    pictures.forEach(([places, table], at) => {
        const { alt, ariaLabel } = before[at]
        const canvas = Object.assign(document.createElement("canvas"), { role: "img", ariaLabel: alt ?? ariaLabel })
        state.drawPicture(canvas, found.shape, places, table)
        before[at].replaceWith(canvas)
    })
    host.dataset.by = "page"
}

const colours = (host) => Uint8Array.from(atob(host.dataset.errorColours), (one) => one.charCodeAt(0))
