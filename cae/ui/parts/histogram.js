function bar(chart, row, bin) {
    const button = document.createElement("button")
    button.tabIndex = -1
    button.append(document.createElement("i"))
    button.onclick = () => {
        const again = chart.chosen?.[0] === row && chart.chosen[1] === bin
        mark(chart, again ? null : [row, bin]) // at once, because Python's answer takes a moment
        chart.choose(chart.chosen)
    }
    button.onfocus = () => stop(chart, button)
    button.onkeydown = (event) => {
        const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
        if (!step) return
        event.preventDefault() // otherwise the page scrolls
        next(chart, row, bin, ...step)?.focus()
    }
    return button
}

// Left and right: the next bar that is not empty. Up and down: the nearest such bar of the other row.
function next(chart, row, bin, down, across) {
    if (across) {
        for (let there = bin + across; chart.bars[row][there]; there += across) {
            if (!chart.bars[row][there].disabled) return chart.bars[row][there]
        }
        return null
    }
    const able = (chart.bars[row + down] ?? []).filter((one) => !one.disabled)
    const far = (one) => Math.abs(chart.bars[row + down].indexOf(one) - bin)
    return able.sort((one, other) => far(one) - far(other))[0]
}

// The Tab key stops only at the bar that was used last; the arrow keys move from there (roving tabindex).
function stop(chart, button) {
    chart.bars.flat().forEach((one) => (one.tabIndex = one === button ? 0 : -1))
}

function mark(chart, chosen) {
    chart.chosen = chosen
    chart.classList.toggle("choosing", chosen !== null)
    chart.bars.forEach((bars, row) => bars.forEach((one, bin) => {
        one.setAttribute("aria-pressed", chosen?.[0] === row && chosen[1] === bin)
    }))
}

function build(chart, rows) {
    chart.bars = rows.map(({ counts }, row) => counts.map((_, bin) => bar(chart, row, bin)))
    chart.querySelector(".rows").replaceChildren(...chart.bars.map((bars) => {
        const [row, title, across] = ["section", "span", "div"].map((name) => document.createElement(name))
        across.append(...bars)
        row.append(title, across)
        row.setAttribute("role", "group") // a section with a name would be a landmark of the page
        return row
    }))
}

function axis(chart, edges, words) {
    const every = Math.ceil(edges.length / 5) // so that even the longest labels, such as 0.00015, do not touch
    chart.querySelector(".axis").replaceChildren(...edges.flatMap((edge, place) => {
        if (place % every) return []
        const tick = document.createElement("span")
        tick.textContent = edge
        tick.style.left = `${100 * place / (edges.length - 1)}%`
        return [tick]
    }))
    chart.querySelector("p").textContent = words
}

// Streamlit calls this on every change of the data, with the same element: its bars are kept and change height.
export default function ({ data, parentElement, setStateValue }) {
    const chart = parentElement.querySelector(".histogram")
    const { rows, edges, about } = data
    chart.setAttribute("aria-label", data.label)
    chart.choose = (chosen) => setStateValue("chosen", chosen && { about, row: chosen[0], bin: chosen[1] })

    const shape = rows.map(({ counts }) => counts.length).join()
    if (chart.shape !== shape) {
        build(chart, rows)
        chart.shape = shape
    }
    const most = Math.max(1, ...rows.flatMap(({ counts }) => counts))
    rows.forEach(({ title, tone, counts, labels }, row) => {
        const section = chart.querySelector(".rows").children[row]
        section.style.setProperty("--tone", tone)
        section.setAttribute("aria-label", title)
        section.firstChild.textContent = title
        chart.bars[row].forEach((one, bin) => {
            one.disabled = !counts[bin]
            one.title = labels[bin]
            one.setAttribute("aria-label", labels[bin])
            one.firstChild.style.height = `${100 * counts[bin] / most}%`
        })
    })
    axis(chart, edges, data.axis)
    mark(chart, data.chosen)
    const all = chart.bars.flat()
    if (!all.some((one) => one.tabIndex === 0 && !one.disabled)) stop(chart, all.find((one) => !one.disabled))
}
