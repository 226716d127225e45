// The network as a row of sections. Below it, the chosen section: its maps, the receptive field of a unit, its layers.
// Streamlit calls the default export on every change of the data, with the same element, so choices are kept.

// A canvas is nameless until it is painted.
function makePicture() {
    const canvas = make("canvas")
    canvas.setAttribute("role", "img")
    return canvas
}

function make(tag, kind = "", text = "") {
    const element = document.createElement(tag)
    if (kind) element.className = kind
    element.textContent = text
    return element
}

// Give the parent one child for each item. Existing children are updated, not replaced, so that they keep the focus.
function fill(parent, things, create, update) {
    while (parent.children.length > things.length) parent.lastChild.remove()
    things.forEach((thing, index) => {
        if (!parent.children[index]) parent.append(create(index))
        update(parent.children[index], thing, index)
    })
}

// The sprite has the pictures side by side; each is painted on its own canvas.
async function paint(canvases, { sprite, width, height }) {
    canvases.forEach((canvas) => (canvas.wanted = sprite))
    const picture = new Image()
    picture.src = sprite
    await picture.decode()
    canvases.forEach((canvas, index) => {
        if (canvas.wanted !== sprite) return // a newer sprite has arrived
        Object.assign(canvas, { width, height })
        canvas.getContext("2d").drawImage(picture, index * width, 0, width, height, 0, 0, width, height)
    })
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const ARC_HEIGHT = 22 // pixels for each arc of switches

class NetworkView {
    constructor(root) {
        this.root = root
        this.chosen = null // key of the chosen section
        this.views = {} // section key → name of its chosen view
        this.unit = {} // section and view → [map, row, column] of the last unit pointed at
        this.row = make("div", "row")
        this.row.setAttribute("role", "group")
        this.row.setAttribute("aria-label", "The network, from the input to the reconstruction")
        this.arcs = document.createElementNS("http://www.w3.org/2000/svg", "svg")
        this.arcs.setAttribute("class", "arcs")
        this.arcs.setAttribute("aria-hidden", "true")
        const flow = make("div", "flow")
        flow.append(this.arcs, this.row)

        this.title = make("h2")
        this.tabs = make("div", "tabs")
        this.tabs.setAttribute("role", "group")
        this.tabs.setAttribute("aria-label", "View")
        this.note = make("p", "note")
        this.digit = makePicture()
        this.digit.setAttribute("aria-label", "What the network sees")
        this.field = make("div", "field")
        const frame = make("div", "frame")
        frame.append(this.digit, this.field)
        this.description = make("p", "description")
        this.description.setAttribute("aria-live", "polite")
        const input = make("div", "input")
        input.append(frame, this.description)
        this.maps = make("div", "maps")
        this.maps.tabIndex = 0
        this.maps.setAttribute("role", "application") // the arrow keys are its own
        this.maps.setAttribute("aria-roledescription", "maps")
        this.marker = make("div", "marker")
        const body = make("div", "body")
        body.append(input, this.maps)
        this.layers = make("ol", "layers")
        const head = make("div", "head")
        head.append(this.title, this.tabs)
        const open = make("div", "open")
        open.append(head, this.note, body, this.layers)
        root.replaceChildren(flow, open)

        for (const kind of ["pointerdown", "pointermove"]) this.maps.addEventListener(kind, (event) => this.pointAt(event))
        this.maps.addEventListener("keydown", (event) => this.moveUnit(event))
        this.row.addEventListener("keydown", (event) => this.moveSection(event))
        new ResizeObserver(() => this.drawArcs()).observe(flow)
    }

    show(data) {
        this.data = data
        if (!this.section()) this.chosen = data.sections[data.first].key
        paint([this.digit], data.digit)
        this.showRow()
        this.showSection()
    }

    section() {
        return this.data.sections.find(({ key }) => key === this.chosen)
    }

    view() {
        const { key, views } = this.section()
        return views.find(({ name }) => name === this.views[key]) ?? views[0]
    }

    showRow() {
        const block = () => {
            const button = make("button", "block")
            button.append(makePicture(), make("span", "count"), " ", make("span", "size"))
            button.onclick = () => this.choose(button.key)
            return button
        }
        this.row.style.setProperty("--blocks", this.data.sections.length)
        fill(this.row, this.data.sections, block, (button, section) => {
            button.key = section.key
            button.style.setProperty("--share", section.share)
            button.style.setProperty("--tone", section.tone)
            const [canvas, count, size] = button.children
            canvas.setAttribute("aria-label", section.title) // with what stands below it, the button's name
            const [many, what] = section.count.split(" ")
            const word = make("i", "", what ? ` ${what}` : "")
            count.replaceChildren(many, word)
            size.textContent = section.size
            canvas.dataset.sheets = Math.min(4, Math.round(Math.log2(parseInt(many.replaceAll(",", ""))) / 2) + 1)
            paint([canvas], section.face)
        })
        this.drawArcs()
    }

    // Draw an arc above the row for the switches of each encoder stage, to the decoder stage that unpools with them.
    drawArcs() {
        if (!this.data) return
        const { sections, aside } = this.data
        const pairs = sections.flatMap(({ key, around }, index) => {
            const partner = sections.findIndex((one) => one.key === key.replace("encoder", "decoder"))
            return around ? [[index, partner, around]] : []
        })
        this.arcs.parentElement.style.paddingTop = `${pairs.length && pairs.length * ARC_HEIGHT + 14}px`
        const origin = this.arcs.parentElement.getBoundingClientRect()
        const top = (index) => {
            const { x, y, width } = this.row.children[index].firstChild.getBoundingClientRect()
            return [x + width / 2 - origin.x, y - origin.y - 4]
        }
        this.arcs.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`)
        const drawn = pairs.flatMap(([from, to, bits], rank) => {
            const [[x1, y1], [x2, y2]] = [top(from), top(to)]
            const high = rank * ARC_HEIGHT + 10
            const bend = Math.min(24, (x2 - x1) / 2)
            const path = `M${x1} ${y1} V${high + bend} Q${x1} ${high} ${x1 + bend} ${high} H${x2 - bend} Q${x2} ${high} ${x2} ${high + bend} V${y2}`
            const label = `<text x="${(x1 + x2) / 2}" y="${high + 4}">${bits.toLocaleString("en")} bits</text>`
            return [`<path d="${path}" stroke="${aside}"/>`, label]
        })
        this.arcs.innerHTML = drawn.join("")
    }

    choose(key) {
        this.chosen = key
        this.showSection()
    }

    showSection() {
        const section = this.section()
        const view = this.view()
        for (const button of this.row.children) button.setAttribute("aria-pressed", button.key === section.key)
        this.title.textContent = section.title
        const tab = () => make("button", "tab")
        fill(this.tabs, section.views.length > 1 ? section.views : [], tab, (button, { name }) => {
            button.textContent = name
            button.setAttribute("aria-pressed", name === view.name)
            button.onclick = () => {
                this.views[section.key] = name
                this.showSection()
            }
        })
        this.note.textContent = view.note
        this.showMaps(view)
        const item = () => {
            const line = make("li")
            line.append(make("b"), make("span", "shape"), make("span", "cost"), make("p"))
            return line
        }
        fill(this.layers, section.layers, item, (line, { name, shape, parameters, does }) => {
            const many = parameters.toLocaleString("en")
            const words = [name, shape.join("×"), parameters ? `${many} parameter${parameters > 1 ? "s" : ""}` : "", does]
            words.forEach((text, index) => (line.children[index].textContent = text))
        })
    }

    showMaps(view) {
        const cell = () => {
            const figure = make("div", "cell")
            const frame = make("div", "frame")
            frame.append(makePicture())
            figure.append(frame, make("span"))
            return figure
        }
        fill(this.maps, Array(view.count).fill(), cell, (figure, _, index) => {
            figure.lastChild.textContent = view.captions[index] ?? ""
            figure.querySelector("canvas").setAttribute("aria-label", `${view.name}, ${index + 1} of ${view.count}`)
        })
        const size = view.count === 1 ? 260 : view.height === 1 ? 44 : view.count <= 8 ? 110 : view.count <= 32 ? 72 : 46
        this.maps.style.setProperty("--cell", `${size}px`)
        this.maps.setAttribute("aria-label", `${view.name}: the arrow keys move from unit to unit, Page Up and Page Down from map to map`)
        paint([...this.maps.querySelectorAll("canvas")], view).then(() => this.showField()) // it reads the unit's value from a canvas
    }

    // The unit last pointed at, clamped to the view, which may have become smaller.
    currentUnit(view) {
        const name = `${this.section().key} ${view.name}`
        const middle = [0, view.height >> 1, view.width >> 1]
        const ends = [view.count, view.height, view.width]
        this.unit[name] = (this.unit[name] ?? middle).map((place, axis) => Math.min(place, ends[axis] - 1))
        return this.unit[name]
    }

    setUnit(map, row, column) {
        const view = this.view()
        const place = [map, row, column]
        const ends = [view.count, view.height, view.width]
        this.unit[`${this.section().key} ${view.name}`] = place.map((one, axis) => Math.max(0, Math.min(one, ends[axis] - 1)))
        this.showField()
    }

    pointAt(event) {
        const cell = event.target.closest(".cell")
        const view = this.view()
        if (!cell || !view.rows) return
        const { x, y, width, height } = cell.querySelector("canvas").getBoundingClientRect()
        const row = Math.floor(((event.clientY - y) / height) * view.height)
        const column = Math.floor(((event.clientX - x) / width) * view.width)
        this.setUnit([...this.maps.children].indexOf(cell), row, column)
    }

    moveUnit(event) {
        const view = this.view()
        const turn = { PageUp: -1, PageDown: 1 }[event.key]
        if (!view.rows || (!turn && !STEPS[event.key])) return
        event.preventDefault()
        const [map, row, column] = this.currentUnit(view)
        // If a map is a single number, the arrow keys move from map to map.
        const [down, across] = STEPS[event.key] ?? [0, 0]
        const maps = turn ?? (view.height === 1 ? down + across : 0)
        this.setUnit(map + maps, row + down, column + across)
    }

    moveSection(event) {
        const step = STEPS[event.key]?.[1]
        if (!step) return
        event.preventDefault()
        const { sections } = this.data
        const next = sections.findIndex(({ key }) => key === this.chosen) + step
        if (!sections[next]) return
        this.choose(sections[next].key)
        this.row.children[next].focus()
    }

    // Frame the unit, and on the input the pixels of its receptive field.
    showField() {
        const view = this.view()
        this.root.classList.toggle("no-field", !view.rows)
        if (!view.rows) return
        const [map, row, column] = this.currentUnit(view)
        const frame = this.maps.children[map].firstChild
        frame.append(this.marker)
        place(this.marker, row, row, column, column, view.height, view.width)
        const [down, across] = [view.rows[row], view.rows[column]]
        const { height, width } = this.data.digit
        this.field.hidden = !down || !across
        if (!this.field.hidden) place(this.field, ...down, ...across, height, width)
        this.description.textContent = this.describe(view, map, row, column, down, across)
    }

    describe(view, map, row, column, down, across) {
        const who = view.height === 1 ? `Number ${map + 1}` : `Row ${row + 1}, column ${column + 1} of map ${map + 1}`
        const { height, width } = this.data.digit
        const value = view.captions[map] ?? this.value(view, map, row, column)
        const valueText = value === "" ? "" : ` Its value: ${value}.`
        if (!down || !across) return `${who} sees nothing: no pixel can change it.${valueText}`
        const [tall, wide] = [down, across].map(([first, last]) => last - first + 1)
        const all = tall === height && wide === width
        const pixels = tall * wide > 1 ? "pixels" : "pixel"
        return `${who} sees ${all ? "the whole picture" : `${tall}×${wide} ${pixels}, framed here`}.${valueText}`
    }

    value(view, map, row, column) {
        const canvas = this.maps.children[map].querySelector("canvas")
        if (view.white === null || canvas.width !== view.width || canvas.height !== view.height) return ""
        const [red] = canvas.getContext("2d").getImageData(column, row, 1, 1).data
        return `about ${red ? ((red / 255) * view.white).toPrecision(2) : 0}`
    }
}

function place(box, top, bottom, left, right, height, width) {
    const shares = { top: top / height, height: (bottom - top + 1) / height, left: left / width, width: (right - left + 1) / width }
    for (const [side, share] of Object.entries(shares)) box.style[side] = `${100 * share}%`
}

export default function ({ data, parentElement }) {
    const root = parentElement.querySelector(".network-view")
    root.networkView ??= new NetworkView(root)
    root.networkView.show(data)
}
