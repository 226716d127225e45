// Draws a picture on a canvas: for each pixel its place in a table of colours, three bytes each. Without a table the
// places are levels: of grey, one for each pixel, or of red, green and blue, three for each.
export function drawPicture(canvas, [height, width], places, table = GREY) {
    const inColour = places.length === 3 * width * height
    Object.assign(canvas, { width, height })
    const context = canvas.getContext("2d")
    const image = context.createImageData(width, height)
    for (let at = 0; at < width * height; at++) {
        for (let part = 0; part < 3; part++)
            image.data[4 * at + part] = inColour ? places[3 * at + part] : table[3 * places[at] + part]
        image.data[4 * at + 3] = 255
    }
    context.putImageData(image, 0, 0)
}

// The signed error of a reconstruction, as places in the table of its colours, which has 511. In colour, each pixel has
// the root mean square over its channels, with the sign of their mean, as in cae/ui/parts/images.py.
export function errorPlaces(picture, back, pixels) {
    const channels = picture.length / pixels
    return Int16Array.from({ length: pixels }, (_, at) => {
        let [sum, squares] = [0, 0]
        for (let part = at * channels; part < (at + 1) * channels; part++) {
            sum += back[part] - picture[part]
            squares += (back[part] - picture[part]) ** 2
        }
        return 255 + Math.round(Math.sqrt(squares / channels)) * (sum < 0 ? -1 : 1)
    })
}

const GREY = Uint8Array.from({ length: 3 * 256 }, (_, at) => at / 3)
