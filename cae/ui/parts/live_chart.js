// Plotly is fetched once for the whole page, when the first chart appears.
let library

const load = (file) => (library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL(file, document.baseURI)
    script.onload = script.onerror = () => (window.Plotly ? resolve(window.Plotly) : reject(Error(file)))
    document.head.append(script)
}))

// Everything but the points, as a string. A line without points is not in the legend, so that is included.
const frameOf = ({ traces, layout }) => JSON.stringify([layout, traces.map(({ x, y, ...look }) => [look, !x.length])])

function draw(plotly, chart, data) {
    const { traces, layout } = data
    const frame = frameOf(data)
    const still = layout.xaxis.range && layout.yaxis.range // without fixed ranges, new points need new axes
    if (still && chart.frame === frame) return grow(plotly, chart, traces)
    chart.frame = frame
    plotly.react(chart, traces, layout, { displayModeBar: false })
    if (chart.resizing) return
    chart.on("plotly_click", ({ points }) => chart.click(points[0].x))
    chart.resizing = new ResizeObserver(() => chart.offsetWidth && plotly.Plots.resize(chart))
    chart.resizing.observe(chart)
}

// Update the points only: half the work of a full redraw, on a machine that may be training.
function grow(plotly, chart, traces) {
    const points = traces.map(({ x, y }) => ({ x, y }))
    const atOnce = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } }
    plotly.animate(chart, { data: points, traces: [...traces.keys()] }, atOnce).catch(() => {}) // rejected when a newer update interrupts it
}

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement, setTriggerValue }) {
    const chart = parentElement.querySelector(".live-chart")
    chart.setAttribute("aria-label", data.label)
    chart.click = (x) => setTriggerValue("clicked", x)
    chart.newest = data

    load(data.file).then(
        (plotly) => chart.newest === data && chart.isConnected && draw(plotly, chart, data),
        () => (chart.textContent = "The chart cannot be drawn, because Plotly was not found. Start the app with “streamlit run app.py”."),
    )
    // Streamlit also calls this when newer data arrive: purge only a chart that has left the page.
    return () => { if (!chart.isConnected) window.Plotly?.purge(chart) }
}
