// Draws a picture on a canvas: for each pixel its place in a table of colours, three bytes each. Without a table the
// places are grey levels.
export function drawPicture(canvas, [height, width], places, table = GREY) {
    Object.assign(canvas, { width, height })
    const context = canvas.getContext("2d")
    const image = context.createImageData(width, height)
    for (let at = 0; at < width * height; at++) {
        for (let part = 0; part < 3; part++) image.data[4 * at + part] = table[3 * places[at] + part]
        image.data[4 * at + 3] = 255
    }
    context.putImageData(image, 0, 0)
}

const GREY = Uint8Array.from({ length: 3 * 256 }, (_, at) => at / 3)
