// One Plotly for the whole page, fetched when the first chart appears.
let library

const load = (file) => (library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL(file, document.baseURI)
    script.onload = script.onerror = () => (window.Plotly ? resolve(window.Plotly) : reject(Error(file)))
    document.head.append(script)
}))

function draw(plotly, chart, { traces, layout }) {
    plotly.react(chart, traces, layout, { displayModeBar: false })
    if (chart.resizing) return
    chart.on("plotly_click", ({ points }) => chart.click(points[0].x))
    chart.resizing = new ResizeObserver(() => chart.offsetWidth && plotly.Plots.resize(chart))
    chart.resizing.observe(chart)
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
