// Batch norm → ReLU → max-pool.
// The first of the greatest of each window and its place. For the gradient also the map's value there, the winner, and
// which of the window's four it was: 0 to 3, or -1 where the ReLU let nothing through.

#include "maps.h"

APART void pool_window(
    Read above, Read below, Read scale, Read shift, int place, int side, int channels, Write pooled,
    int64_t *restrict places, Write winners, Write which
) {
    for (int c = 0; c < channels; c++) {
        float a = scale[c], b = shift[c], winner = above[c], step = 0;
        float others[] = {above[channels + c], below[c], below[channels + c]};
        float greatest = winner * a + b;
        greatest = greatest <= 0 ? 0 : greatest;
        for (int other = 0; other < 3; other++) {
            float value = others[other] * a + b;
            step = value > greatest ? other + 1 : step;
            winner = value > greatest ? others[other] : winner;
            greatest = value > greatest ? value : greatest;
        }
        pooled[c] = greatest;
        places[c] = place + ((int)step & 1) + ((int)step >> 1) * side;
        winners[c] = winner;
        which[c] = greatest == 0 ? -1 : step;
    }
}

void pool_image(
    const float *map, const float *scale, const float *shift, int side, int channels, float *pooled, int64_t *places,
    float *winners, float *which
) {
    const int half = side / 2;
    EACH_WINDOW {
        int place = 2 * row * side + 2 * column, at = (row * half + column) * channels;
        const float *above = map + place * channels, *below = above + side * channels;
        pool_window(
            above, below, scale, shift, place, side, channels, pooled + at, places + at, winners + at, which + at
        );
    }
}

int pool(
    const float *maps, const float *mean, const float *inverse, const float *weight, const float *bias, int images,
    int side, int channels, int threads, float *pooled, int64_t *places, float *winners, float *which
) {
    float scale[channels], shift[channels];
    norm_line(mean, inverse, weight, bias, channels, scale, shift);
    EACH_IMAGE {
        int64_t at = (int64_t)image * (side / 2) * (side / 2) * channels;
        const float *map = maps + (int64_t)image * side * side * channels;
        pool_image(map, scale, shift, side, channels, pooled + at, places + at, winners + at, which + at);
    }
    return 0;
}

// 1 where two of a window's four are the same, else 0: without a branch, which would cost more.
INLINE float same(float which, float one) {
    float nearness = 1 - fabsf(which - one);
    return nearness > 0 ? nearness : 0;
}

APART void pool_gradient_window(
    Read gradient, Read which, Read above, Read below, Read constant, Read slope, Read scale, int channels,
    Write result_above, Write result_below
) {
    for (int c = 0; c < channels; c++) {
        float a = constant[c], b = slope[c], arrives = gradient[c] * scale[c], step = which[c];
        result_above[c] = a + b * above[c] + same(step, 0) * arrives;
        result_above[channels + c] = a + b * above[channels + c] + same(step, 1) * arrives;
        result_below[c] = a + b * below[c] + same(step, 2) * arrives;
        result_below[channels + c] = a + b * below[channels + c] + same(step, 3) * arrives;
    }
}

APART void set_line(Read map, Read constant, Read slope, int channels, Write result) {
    for (int c = 0; c < channels; c++) result[c] = constant[c] + slope[c] * map[c];
}

// The result may have a margin: its lines are `line` pixels long.
void pool_gradient_image(
    const float *gradient, const float *which, const float *map, const float *constant, const float *slope,
    const float *scale, int side, int channels, int line, float *result
) {
    const int half = side / 2;
    EACH_WINDOW {
        int at = (row * half + column) * channels;
        const float *above = map + (2 * row * side + 2 * column) * channels, *below = above + side * channels;
        float *result_above = result + (2 * row * line + 2 * column) * channels;
        pool_gradient_window(
            gradient + at, which + at, above, below, constant, slope, scale, channels, result_above,
            result_above + line * channels
        );
    }
    for (int edge = 2 * half; edge < side; edge++)  // of an odd side: no window reaches there
        for (int pixel = 0; pixel < side; pixel++) {
            const float *in_row = map + (edge * side + pixel) * channels;
            const float *in_column = map + (pixel * side + edge) * channels;
            set_line(in_row, constant, slope, channels, result + (edge * line + pixel) * channels);
            set_line(in_column, constant, slope, channels, result + (pixel * line + edge) * channels);
        }
}

int pool_gradient(
    const float *gradient, const float *pooled, const float *winners, const float *which, const float *maps,
    const float *mean, const float *inverse, const float *weight, int batch, int images, int side, int channels,
    int threads, float *result, float *weight_gradient, float *bias_gradient
) {
    const int half = side / 2;
    float constant[channels], slope[channels], scale[channels];
    if (norm_gradient(
            gradient, pooled, winners, images, half * half, side * side, channels, threads, batch, mean, inverse, weight,
            weight_gradient, bias_gradient, constant, slope, scale
        ))
        return 1;
    EACH_IMAGE {
        int64_t start = (int64_t)image * side * side * channels, at = (int64_t)image * half * half * channels;
        pool_gradient_image(
            gradient + at, which + at, maps + start, constant, slope, scale, side, channels, side, result + start
        );
    }
    return 0;
}
