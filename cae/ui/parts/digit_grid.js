const STILL = matchMedia("(prefers-reduced-motion: reduce)")

// One button: a canvas for each row of pictures, and a caption.
function cell(grid, index, rows) {
    const button = Object.assign(document.createElement("button"), { tabIndex: -1 })
    for (let row = 0; row < rows; row++) button.append(document.createElement("canvas"))
    button.append(document.createElement("span"))
    button.onfocus = () => stop(grid, index)
    button.onkeydown = (event) => {
        const next = grid.children[neighbour(grid, index, event.key)]
        if (!next) return
        event.preventDefault() // otherwise the page scrolls
        next.focus()
    }
    button.onclick = () => {
        mark(grid, index) // at once, because Python's answer takes a moment
        grid.choose(index)
        // On a phone, the large picture may be below the grid and out of view.
        document.querySelector(grid.reveals)?.scrollIntoView({ behavior: STILL.matches ? "auto" : "smooth", block: "nearest" })
    }
    return button
}

// The Tab key stops at one cell of the grid only; the arrow keys move from there (roving tabindex).
function stop(grid, at) {
    Array.from(grid.children, (button, index) => (button.tabIndex = index === at ? 0 : -1))
}

// The place that a key leads to from this one; undefined for all other keys.
function neighbour(grid, index, key) {
    const cells = Array.from(grid.children)
    const across = cells.filter(({ offsetTop }) => offsetTop === cells[0].offsetTop).length
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[key]
    return step ? index + step : { Home: 0, End: cells.length - 1 }[key]
}

function mark(grid, selected) {
    Array.from(grid.children, (button, index) => button.setAttribute("aria-pressed", index === selected))
}

// The sprite has the pictures of each row side by side, and the rows below each other.
async function paint(grid, { sprite, width, height }) {
    const picture = new Image()
    picture.src = sprite
    await picture.decode()
    if (grid.sprite !== sprite) return // a newer sprite has arrived
    Array.from(grid.children, (button, column) => {
        button.querySelectorAll("canvas").forEach((canvas, row) => {
            const brush = canvas.getContext("2d")
            brush.drawImage(picture, column * width, row * height, width, height, 0, 0, width, height)
        })
    })
}

// Streamlit calls this on every change of the data, with the same element: its cells are kept and repainted.
export default function ({ data, parentElement, setStateValue }) {
    const grid = parentElement.querySelector(".grid")
    const { rows, width, height, labels, captions } = data
    grid.choose = (index) => setStateValue("selected", index)
    grid.setAttribute("aria-label", data.label)
    grid.style.setProperty("--columns", data.columns)
    grid.reveals = data.reveals ? `.st-key-${data.reveals}` : null

    const shape = [labels.length, rows, width, height].join()
    if (grid.shape !== shape) {
        grid.replaceChildren(...labels.map((_, index) => cell(grid, index, rows)))
        grid.querySelectorAll("canvas").forEach((canvas) => Object.assign(canvas, { width, height }))
        grid.shape = shape
        grid.sprite = null
    }
    Array.from(grid.children, (button, index) => {
        button.setAttribute("aria-label", labels[index])
        button.lastChild.textContent = captions[index] ?? ""
        button.querySelectorAll("canvas").forEach((canvas, row) => {
            canvas.style.borderBottom = data.tones[row] ? `2px solid ${data.tones[row]}` : ""
        })
    })
    mark(grid, data.selected)
    const cells = Array.from(grid.children)
    if (!cells.some(({ tabIndex }) => tabIndex === 0)) stop(grid, cells[data.selected] ? data.selected : 0)
    if (grid.sprite !== data.sprite) {
        grid.sprite = data.sprite
        paint(grid, data)
    }
}
