// One Plotly for the whole page, fetched when the first chart appears.
let library

const load = (file) => (library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL(file, document.baseURI)
    script.onload = script.onerror = () => (window.Plotly ? resolve(window.Plotly) : reject(Error(file)))
    document.head.append(script)
}))

// All that a chart is but for its points; whether a line has any, for its name is left out while it has none.
const frameOf = ({ traces, layout }) => JSON.stringify([layout, traces.map(({ x, y, ...look }) => [look, !x.length])])

function draw(plotly, chart, data) {
    const { traces, layout } = data
    const frame = frameOf(data)
    const still = layout.xaxis.range && layout.yaxis.range // an axis that follows its points is drawn with them
    if (still && chart.frame === frame) return grow(plotly, chart, traces)
    chart.frame = frame
    plotly.react(chart, traces, layout, { displayModeBar: false })
    if (chart.resizing) return
    chart.on("plotly_click", ({ points }) => chart.click(points[0].x))
    chart.resizing = new ResizeObserver(() => chart.offsetWidth && plotly.Plots.resize(chart))
    chart.resizing.observe(chart)
}

// New points alone: half the work of drawing axes, legend and all again, on a machine that may be training.
function grow(plotly, chart, traces) {
    const points = traces.map(({ x, y }) => ({ x, y }))
    const atOnce = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } }
    plotly.animate(chart, { data: points, traces: [...traces.keys()] }, atOnce).catch(() => {}) // a newer one came
}

// Streamlit calls this for every change of the data, with the same element.
export default function ({ data, parentElement, setTriggerValue }) {
    const chart = parentElement.querySelector(".live-chart")
    chart.setAttribute("aria-label", data.label)
    chart.click = (x) => setTriggerValue("clicked", x)
    chart.newest = data

    load(data.file).then(
        (plotly) => chart.newest === data && chart.isConnected && draw(plotly, chart, data),
        () => (chart.textContent = "The chart cannot be drawn: start the app with “streamlit run app.py”."),
    )
    // Also called for a run that a newer one overtook: only a chart that has left the page may be emptied.
    return () => { if (!chart.isConnected) window.Plotly?.purge(chart) }
}
