let kept = 50 // position of the divider, in percent from the left; it survives when the frame is rebuilt

const STEPS = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 }

function move(frame, place) {
    kept = Math.min(100, Math.max(0, place))
    frame.style.setProperty("--at", `${kept}%`)
    const [share, [left, right]] = [Math.round(kept), frame.titles]
    const divider = frame.querySelector(".divider")
    divider.setAttribute("aria-valuenow", share)
    divider.setAttribute("aria-valuetext", `${share}% ${left}, ${100 - share}% ${right}`)
}

function listen(frame) {
    const follow = ({ clientX }) => {
        const { left, width } = frame.getBoundingClientRect()
        move(frame, 100 * (clientX - left) / width)
    }
    frame.onpointerdown = (event) => {
        if (event.button) return
        frame.setPointerCapture(event.pointerId)
        frame.querySelector(".divider").focus({ preventScroll: true, focusVisible: false })
        event.preventDefault() // selects nothing and keeps the focus
        follow(event)
    }
    frame.onpointermove = (event) => frame.hasPointerCapture(event.pointerId) && follow(event)
    frame.onkeydown = (event) => {
        const step = STEPS[event.key]
        if (!step) return
        event.preventDefault() // otherwise the page scrolls
        move(frame, kept + step)
    }
}

// The sprite has both pictures side by side.
async function paint(frame, { sprite, width, height }) {
    const picture = new Image()
    picture.src = sprite
    await picture.decode()
    if (frame.sprite !== sprite) return // a newer sprite has arrived
    frame.querySelectorAll("canvas").forEach((canvas, side) => {
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
        canvas.getContext("2d").drawImage(picture, side * width, 0, width, height, 0, 0, width, height)
    })
}

// Streamlit calls this on every change of the data, with the same element.
export default function ({ data, parentElement }) {
    const frame = parentElement.querySelector(".frame")
    if (!frame.onpointerdown) listen(frame)
    frame.titles = data.titles
    frame.style.setProperty("--left", data.tones[0])
    frame.style.setProperty("--right", data.tones[1])
    frame.querySelectorAll("canvas").forEach((canvas, side) => canvas.setAttribute("aria-label", data.titles[side]))
    frame.querySelector(".divider").setAttribute("aria-label", `Divider between ${data.titles.join(" and ")}`)
    move(frame, kept)
    if (frame.sprite !== data.sprite) {
        frame.sprite = data.sprite
        paint(frame, data)
    }
}
