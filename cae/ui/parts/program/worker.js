// Computes networks, apart from the page: it may take long without making the page wait.
//
// A question is { id, program, strokes | picture | code }: the address of a program, and what to give to it. `strokes` are
// polylines, or { points, width } of the pen (drawing.js); they become a picture. `picture` holds grey levels, 0 to 255.
// A `code` goes to the decoder. The answer is { id, shape, picture, code, back }, where `back` is what comes out, in grey
// levels; or { id, error }.

import { digit, polyline } from "./drawing.js"
import { decode, encode, parse } from "./runtime.js"

const KEPT = 4 // networks
const programs = new Map() // address → the program, or the promise of one; the last used comes last

async function load(address) {
    const there = programs.get(address) ?? fetchProgram(address)
    programs.delete(address)
    programs.set(address, there)
    if (programs.size > KEPT) programs.delete(programs.keys().next().value)
    return there.catch((error) => {
        programs.delete(address) // it may be there the next time
        throw error
    })
}

async function fetchProgram(address) {
    const response = await fetch(address)
    if (!response.ok) throw new Error(`${address}: ${response.status}`)
    return parse(await response.arrayBuffer())
}

const levels = (values) => Uint8Array.from(values, (value) => Math.round(255 * value))

async function answer({ program: address, strokes, picture, code }) {
    const program = await load(address)
    const shape = program.picture
    if (code) return { shape, back: levels(decode(program, Float32Array.from(code))) }
    const given = picture ?? drawn(strokes, shape)
    if (!given) return { shape, picture: null }
    const found = encode(program, Float32Array.from(given, (level) => level / 255))
    return { shape, picture: given, code: found.code, back: levels(decode(program, found.code, found.places)) }
}

// The strokes as a picture of this shape, (height, width, channels); in colour, all channels are the same.
function drawn(strokes, [side, , channels]) {
    const grey = digit(strokes.map((one) => (one.points ? polyline(one.points, one.width) : one)), side)
    return grey && channels > 1 ? Uint8Array.from({ length: channels * grey.length }, (_, at) => grey[Math.floor(at / channels)]) : grey
}

self.onmessage = ({ data }) =>
    answer(data).then(
        (found) => self.postMessage({ id: data.id, ...found }),
        (error) => self.postMessage({ id: data.id, error: String(error) }),
    )
