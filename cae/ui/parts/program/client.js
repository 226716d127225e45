// A component's way to the networks in the page: one worker for all components of the page.
//
// Import it from the folder that in_the_page.py names.

export { drawPicture, errorPlaces } from "./picture.js"

const waiting = new Map() // id → the question's promise
let worker = null
let last = 0

function start() {
    worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" })
    worker.onmessage = ({ data }) => {
        const { found, failed } = waiting.get(data.id)
        waiting.delete(data.id)
        data.error ? failed(new Error(data.error)) : found(data)
    }
    worker.onerror = (event) => {
        event.preventDefault()
        waiting.forEach(({ failed }) => failed(new Error(event.message || "The browser refused the worker.")))
        waiting.clear()
        worker = null
    }
}

// The worker's answer to a question; worker.js says which there are.
export function ask(question) {
    if (!worker) start()
    return new Promise((found, failed) => {
        waiting.set(++last, { found, failed })
        worker.postMessage({ ...question, id: last })
    })
}

// A function that answers one question at a time, and gives the answer to `show`. Of questions that are asked
// meanwhile only the newest is kept: a slow device skips frames, and never falls behind the hand.
// `fail` hears of an error.
export function follow(show, fail) {
    let busy = false
    let next = null
    const run = async (question) => {
        busy = true
        try {
            for (; question; question = next) {
                next = null
                show(await ask(question), question)
            }
        } catch (error) {
            next = null
            fail(error)
        }
        busy = false
    }
    return (question) => (busy ? (next = question) : run(question))
}
