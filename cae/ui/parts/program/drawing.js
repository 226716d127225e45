// Pen strokes as a digit of MNIST: what cae/drawing/{drawing,canvas_paths,strokes,digit}.py do, under the moving pen.
//
// A stroke is a list of points [x, y] in canvas pixels. The picture is square, 0 to 255, row by row. All
// measures are those of MNIST, with 28 pixels a side; a picture with another side is drawn larger or smaller.

const SIDE = 28
const BOX = 20 // pixels: MNIST fits the longer side of the ink into this
const CENTRE = 14 // MNIST's centre of mass, as a pixel coordinate
const SLACK = (SIDE - BOX) / 2 // pixels that the box may move
const PEN = 2.45 // pixels: its diameter
const SHARPNESS = 2 // of the soft minimum of the distances to the points of a path
const POINT_LENGTH = Math.sqrt(Math.PI / SHARPNESS) // pixels of path for which that minimum is 0 on the path itself
const SPACING = 0.5 // pixels from point to point along a path
const MOST_POINTS = 20_000
const CURVE = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => step / 8)

// The points of the pen → the polyline that the canvas draws: curves through the midpoints. A click is one point.
export function polyline(points, width) {
    const line = [points[0]]
    for (let at = 1; at < points.length; at++) {
        const [[startX, startY], [bendX, bendY], [nextX, nextY]] = [line.at(-1), points[at - 1], points[at]]
        const [endX, endY] = [(bendX + nextX) / 2, (bendY + nextY) / 2]
        for (const t of CURVE) {
            const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
            line.push([a * startX + b * bendX + c * endX, a * startY + b * bendY + c * endY])
        }
    }
    line.push(points.at(-1))
    const [[left, right], [top, bottom]] = bounds(line)
    const isClick = Math.max(right - left, bottom - top) <= width / 10
    return isClick ? [[(left + right) / 2, (top + bottom) / 2]] : line
}

// [[left, right], [top, bottom]] of the points.
function bounds(points) {
    return [0, 1].map((axis) => [
        points.reduce((least, point) => Math.min(least, point[axis]), Infinity),
        points.reduce((most, point) => Math.max(most, point[axis]), -Infinity),
    ])
}

// Polylines → the picture with this side; null without ink.
export function digit(lines, side = SIDE) {
    lines = lines.filter((line) => line.length)
    if (!lines.length) return null
    const corners = bounds(lines.flat())
    const extent = Math.max(...corners.map(([low, high]) => high - low))
    const scale = extent > 1e-6 ? (BOX - PEN) / extent : 1
    const fit = (value, axis) => (value - (corners[axis][0] + corners[axis][1]) / 2) * scale + (SIDE - 1) / 2
    const larger = side / SIDE
    const points = sample(lines.map((line) => line.map((point) => point.map(fit))), SPACING / Math.max(1, larger))
    const mass = centreOfMass(render(points, SIDE, PEN))
    const [right, down] = mass.map((at) => Math.min(SLACK, Math.max(-SLACK, CENTRE - at)))
    const place = (at) => (at + 0.5) * larger - 0.5
    const placed = points.map(({ x, y, length }) => ({ x: place(x + right), y: place(y + down), length: length * larger }))
    return render(placed, side, PEN * larger)
}

// Points at equal steps along each line, at most `step` pixels long: { x, y, length }.
function sample(lines, step) {
    const travelled = lines.map((line) => {
        const distances = [0]
        for (let at = 1; at < line.length; at++)
            distances.push(distances[at - 1] + Math.hypot(line[at][0] - line[at - 1][0], line[at][1] - line[at - 1][1]))
        return distances
    })
    const whole = travelled.reduce((sum, distances) => sum + distances.at(-1), 0)
    const spacing = Math.max(step, whole / MOST_POINTS)
    return lines.flatMap((line, number) => {
        const distances = travelled[number]
        const end = distances.at(-1)
        const count = Math.max(1, Math.ceil(end / spacing))
        let piece = 0
        return Array.from({ length: count }, (_, index) => {
            const at = ((index + 0.5) * end) / count
            while (piece < line.length - 2 && distances[piece + 1] <= at) piece++
            const next = Math.min(piece + 1, line.length - 1)
            const length = distances[next] - distances[piece]
            const share = length ? (at - distances[piece]) / length : 0
            const between = (axis) => line[piece][axis] + share * (line[next][axis] - line[piece][axis])
            return { x: between(0), y: between(1), length: Math.max(end, POINT_LENGTH) / count }
        })
    })
}

// The picture of a round pen with this diameter along the points.
function render(points, side, pen) {
    const nearness = new Float64Array(side * side)
    const across = new Float64Array(side)
    for (const { x, y, length } of points) {
        for (let column = 0; column < side; column++) across[column] = Math.exp(-SHARPNESS * (x - column) ** 2)
        for (let row = 0; row < side; row++) {
            const factor = (Math.exp(-SHARPNESS * (y - row) ** 2) * length) / POINT_LENGTH
            if (factor < 1e-30) continue
            for (let column = 0, at = row * side; column < side; column++, at++) nearness[at] += factor * across[column]
        }
    }
    return Uint8Array.from(nearness, (near) => {
        const distance = Math.sqrt(Math.max(0, -Math.log(near) / SHARPNESS))
        return Math.round(255 * Math.min(Math.max(pen / 2 + 0.5 - distance, 0), 1, pen))
    })
}

function centreOfMass(picture) {
    let [mass, x, y] = [0, 0, 0]
    picture.forEach((ink, at) => {
        mass += ink
        x += ink * (at % SIDE)
        y += ink * Math.floor(at / SIDE)
    })
    return [x / mass, y / mass]
}
