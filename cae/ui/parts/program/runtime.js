// Runs a network as a program (cae/program): a flat list of operations on channels-last arrays. It knows nothing of the
// network's class or of its data set.
//
// Arrays are Float32Array in the order (height, width, channels). Sums are taken in float64.

const VERSION = 2
const BLOCK = 4 // output channels that one loop sums at the same time: their sums stay in registers

// The bytes of a file, as cae/program/file.py writes it, → a program to encode and decode with.
export function parse(buffer) {
    const start = 8 + Number(new DataView(buffer).getBigUint64(0, true))
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)))
    const program = JSON.parse(header.__metadata__["cae.program"])
    if (program.version !== VERSION) throw new Error(`The program has version ${program.version}; this reads ${VERSION}.`)
    const tensor = (name) => {
        if (!header[name]) return null
        const { dtype, data_offsets: [from, to] } = header[name]
        if (dtype === "F16") return widened(new Uint16Array(buffer, start + from, (to - from) / 2))
        return new Float32Array(buffer, start + from, (to - from) / 4)
    }
    let given = program.picture
    program.operations.forEach((one, place) => {
        const [weight, bias, scale] = ["weight", "bias", "scale"].map((role) => tensor(`${place}.${role}`))
        if (scale) multiply(weight, scale)
        Object.assign(one, { given, weight, bias })
        one.kernel = header[`${place}.weight`]?.shape[0]
        one.size = one.shape.reduce((size, side) => size * side, 1)
        prepare[one.kind]?.(one)
        given = one.shape
    })
    for (const part of parts(program)) for (const one of part) if (one.kind === "add") part[one.source].isSource = true
    return program
}

// The weights of each output times its factor.
function multiply(weight, scale) {
    for (let start = 0; start < weight.length; start += scale.length)
        for (let output = 0; output < scale.length; output++) weight[start + output] *= scale[output]
}

// Numbers of 16 bits, which have a sign, 5 bits of exponent and 10 of fraction (IEEE 754 binary16), as Float32Array.
function widened(halves) {
    const table = new Float32Array(1 << 16)
    for (let bits = 0; bits < table.length; bits++) {
        const exponent = (bits >> 10) & 31
        const size = exponent ? (1024 + (bits & 1023)) * 2 ** (exponent - 25) : (bits & 1023) * 2 ** -24
        table[bits] = bits >> 15 ? -size : size
    }
    const wide = new Float32Array(halves.length)
    for (let at = 0; at < halves.length; at++) wide[at] = table[halves[at]]
    return wide
}

const parts = ({ operations, encode }) => [operations.slice(0, encode), operations.slice(encode)]

// A picture, 0 to 1, → { code, places }: the places of the maxima of every max-pool.
export function encode(program, picture) {
    const places = []
    return { code: run(parts(program)[0], picture, places).slice(), places }
}

// A code, and the places of the same picture's encode, → a picture, 0 to 1.
export function decode(program, code, places = []) {
    return run(parts(program)[1], code, places).slice()
}

// Every operation has an array of its own for its result, except those that change their input in place.
function run(operations, values, places) {
    let result = values.slice()
    const kept = []
    for (const one of operations) {
        result = compute[one.kind](one, result, places, kept)
        kept.push(one.isSource ? result.slice() : null)
    }
    return result
}

// For every output position along a side: pairs of kernel position and input position.
function taps(outputs, inputs, { kernel, stride, padding }, transposed) {
    return Array.from({ length: outputs }, (_, output) => {
        const pairs = []
        for (let tap = 0; tap < kernel; tap++) {
            const input = transposed ? (output + padding - tap) / stride : output * stride - padding + tap
            if (Number.isInteger(input) && input >= 0 && input < inputs) pairs.push(tap, input)
        }
        return Int32Array.from(pairs)
    })
}

// The weight (K, K, in, out) in blocks of output channels, (out / BLOCK, K, K, in, BLOCK), filled up with zeros.
function blocked({ weight, shape }) {
    const outputs = shape[2]
    const rows = weight.length / outputs
    const blocks = Math.ceil(outputs / BLOCK)
    const result = new Float32Array(blocks * rows * BLOCK)
    for (let block = 0, at = 0; block < blocks; block++)
        for (let row = 0; row < rows; row++)
            for (let lane = 0; lane < BLOCK; lane++, at++) {
                const output = block * BLOCK + lane
                if (output < outputs) result[at] = weight[row * outputs + output]
            }
    return result
}

function prepareConvolution(one) {
    const transposed = one.kind === "transposed convolution"
    one.rows = taps(one.shape[0], one.given[0], one, transposed)
    one.columns = taps(one.shape[1], one.given[1], one, transposed)
    if (one.shape[2] > 1) one.weight = blocked(one)
    one.result = new Float32Array(one.size)
}

const prepare = {
    "convolution": prepareConvolution,
    "transposed convolution": prepareConvolution,
    "linear": (one) => Object.assign(one, { result: new Float32Array(one.size), sums: new Float64Array(one.size) }),
    "max-pool": (one) => Object.assign(one, { result: new Float32Array(one.size), places: new Int32Array(one.size) }),
    "max-unpool": (one) => Object.assign(one, { result: new Float32Array(one.size) }),
}

function convolve(one, values) {
    return one.shape[2] === 1 ? convolveToOne(one, values) : convolveToMany(one, values)
}

function convolveToMany({ shape, given, rows, columns, kernel, weight, bias, result }, values) {
    const [height, width, outputs] = shape
    const [, across, inputs] = given
    const block = kernel * kernel * inputs * BLOCK
    for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++, at += outputs) {
            const [down, along] = [rows[y], columns[x]]
            for (let output = 0, from = 0; output < outputs; output += BLOCK, from += block) {
                let [a, b, c, d] = [0, 0, 0, 0]
                for (let i = 0; i < down.length; i += 2)
                    for (let j = 0; j < along.length; j += 2) {
                        let value = (down[i + 1] * across + along[j + 1]) * inputs
                        let tap = from + (down[i] * kernel + along[j]) * inputs * BLOCK
                        for (const end = value + inputs; value < end; value++, tap += BLOCK) {
                            const factor = values[value]
                            a += factor * weight[tap]
                            b += factor * weight[tap + 1]
                            c += factor * weight[tap + 2]
                            d += factor * weight[tap + 3]
                        }
                    }
                const sums = [a, b, c, d]
                for (let lane = 0; lane < BLOCK && output + lane < outputs; lane++)
                    result[at + output + lane] = sums[lane] + (bias ? bias[output + lane] : 0)
            }
        }
    return result
}

function convolveToOne({ shape, given, rows, columns, kernel, weight, bias, result }, values) {
    const [height, width] = shape
    const [, across, inputs] = given
    for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++, at++) {
            const [down, along] = [rows[y], columns[x]]
            let sum = bias ? bias[0] : 0
            for (let i = 0; i < down.length; i += 2)
                for (let j = 0; j < along.length; j += 2) {
                    const value = (down[i + 1] * across + along[j + 1]) * inputs
                    const tap = (down[i] * kernel + along[j]) * inputs
                    for (let input = 0; input < inputs; input++) sum += values[value + input] * weight[tap + input]
                }
            result[at] = sum
        }
    return result
}

function linear({ size, weight, bias, result, sums }, values) {
    bias ? sums.set(bias) : sums.fill(0)
    for (let input = 0, at = 0; input < values.length; input++, at += size) {
        const factor = values[input]
        if (factor === 0) continue
        for (let output = 0; output < size; output++) sums[output] += factor * weight[at + output]
    }
    result.set(sums)
    return result
}

// Of equal values the first counts, row by row, as in PyTorch.
function maxPool({ shape, given, result, places }, values, pools) {
    const [height, width, channels] = shape
    const row = given[1] * channels
    for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            for (let channel = 0; channel < channels; channel++, at++) {
                const corner = 2 * y * row + 2 * x * channels + channel
                let place = corner
                if (values[corner + channels] > values[place]) place = corner + channels
                if (values[corner + row] > values[place]) place = corner + row
                if (values[corner + row + channels] > values[place]) place = corner + row + channels
                result[at] = values[place]
                places[at] = place
            }
    pools.push(places.slice())
    return result
}

function maxUnpool({ shape, given, pool, result }, values, pools) {
    result.fill(0)
    if (pool !== null) {
        const places = pools[pool]
        for (let at = 0; at < values.length; at++) result[places[at]] = values[at]
        return result
    }
    const [height, width, channels] = given
    for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            for (let channel = 0; channel < channels; channel++, at++)
                result[(2 * y * shape[1] + 2 * x) * channels + channel] = values[at]
    return result
}

function add({ source }, values, _, kept) {
    for (let at = 0; at < values.length; at++) values[at] += kept[source][at]
    return values
}

function inPlace(change) {
    return (_, values) => {
        for (let at = 0; at < values.length; at++) values[at] = change(values[at])
        return values
    }
}

const compute = {
    "convolution": convolve,
    "transposed convolution": convolve,
    linear,
    "max-pool": maxPool,
    "max-unpool": maxUnpool,
    add,
    "relu": inPlace((value) => (value > 0 ? value : 0)),
    "silu": inPlace((value) => value / (1 + Math.exp(-value))),
    "sigmoid": inPlace((value) => 1 / (1 + Math.exp(-value))),
}
