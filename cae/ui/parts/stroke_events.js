// Press the canvas's own button for sending as soon as a pen that went down on it goes up.
const SEND = "button[title='Update the app with this drawing']"

export default function () {
    let canvas = null
    const down = (event) => {
        const path = event.composedPath()
        const drawn = path.some((one) => one instanceof HTMLCanvasElement)
        canvas = drawn ? path.find((one) => one instanceof Element && one.matches(".canvas-root")) : null
    }
    const up = () => {
        canvas?.querySelector(SEND)?.click()
        canvas = null
    }
    const listeners = { mousedown: down, touchstart: down, mouseup: up, touchend: up }
    // On the window, where an event arrives last: the canvas has made its stroke by then.
    Object.entries(listeners).forEach(([name, heard]) => window.addEventListener(name, heard))
    return () => Object.entries(listeners).forEach(([name, heard]) => window.removeEventListener(name, heard))
}
