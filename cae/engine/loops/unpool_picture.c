// Max-unpool → transposed convolution to one map, the picture.
// Map by map, so that pixels lie side by side. Each map and the picture have a margin of 1, and one of them a line and a
// pixel more at either end, for the taps that go beyond. The weights are (inputs, 9).

#include "maps.h"

APART void add_taps(Read map, Read weight, int line, int count, Write picture) {
    float a = weight[0], b = weight[1], c = weight[2], d = weight[3], e = weight[4], f = weight[5], g = weight[6],
          h = weight[7], i = weight[8];
    for (int at = 0; at < count; at++) {
        Read here = map + at;
        picture[at] += a * here[line + 1] + b * here[line] + c * here[line - 1] + d * here[1] + e * here[0]
            + f * here[-1] + g * here[1 - line] + h * here[-line] + i * here[-line - 1];
    }
}

APART void gather_taps(Read picture, Read weight, int line, int count, Write back) {
    float a = weight[0], b = weight[1], c = weight[2], d = weight[3], e = weight[4], f = weight[5], g = weight[6],
          h = weight[7], i = weight[8];
    for (int at = 0; at < count; at++) {
        Read here = picture + at;
        back[at] = a * here[-line - 1] + b * here[-line] + c * here[1 - line] + d * here[-1] + e * here[0] + f * here[1]
            + g * here[line - 1] + h * here[line] + i * here[line + 1];
    }
}

APART void taps_gradient(Read picture, Read map, int line, int count, Write change) {
    float a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0;
    for (int at = 0; at < count; at++) {
        Read here = picture + at;
        float value = map[at];
        a += value * here[-line - 1], b += value * here[-line], c += value * here[1 - line];
        d += value * here[-1], e += value * here[0], f += value * here[1];
        g += value * here[line - 1], h += value * here[line], i += value * here[line + 1];
    }
    change[0] += a, change[1] += b, change[2] += c, change[3] += d, change[4] += e, change[5] += f;
    change[6] += g, change[7] += h, change[8] += i;
}

// An image's unpooled values, map by map; what is not a value is nothing already.
static void lay_out(const float *values, const int64_t *places, int side, int inputs, int space, float *maps) {
    const int half = side / 2;
    EACH_WINDOW for (int input = 0; input < inputs; input++, values++, places++)
        maps[input * space + in_margin(*places, row, column, side)] = *values;
}

int unpooled_picture(
    const float *values, const int64_t *places, const float *weights, const float *bias, int images, int side,
    int inputs, int threads, float *result
) {
    const int half = side / 2, line = side + 2, beyond = line + 1, space = line * (line + 3);
    float *spaces = malloc((size_t)threads * (1 + inputs) * space * sizeof(float));
    if (!spaces) return 1;
    EACH_PART {
        float *picture = spaces + (int64_t)omp_get_thread_num() * (1 + inputs) * space, *maps = picture + space;
        PART_OF_IMAGES {
            int64_t at = (int64_t)image * half * half * inputs;
            memset(maps, 0, inputs * space * sizeof(float));
            lay_out(values + at, places + at, side, inputs, space, maps + 2 * beyond);
            for (int pixel = 0; pixel < line * line; pixel++) picture[pixel] = *bias;
            for (int input = 0; input < inputs; input++)
                add_taps(
                    maps + input * space + beyond + line, weights + 9 * input, line, side * line, picture + line
                );
            for (int row = 0; row < side; row++)
                memcpy(
                    result + ((int64_t)image * side + row) * side, picture + (row + 1) * line + 1, side * sizeof(float)
                );
        }
    }
    free(spaces);
    return 0;
}

// `weight_gradients` is (PARTS, inputs, 9), zeros.
int unpooled_picture_gradient(
    const float *gradient, const float *values, const int64_t *places, const float *weights, int images, int side,
    int inputs, int threads, float *result, float *weight_gradients
) {
    const int half = side / 2, line = side + 2, beyond = line + 1, space = line * (line + 3);
    float *spaces = malloc((size_t)threads * (1 + 2 * inputs) * space * sizeof(float));
    if (!spaces) return 1;
    EACH_PART {
        float *picture = spaces + (int64_t)omp_get_thread_num() * (1 + 2 * inputs) * space;
        float *maps = picture + space, *backs = maps + inputs * space;
        float *changes = weight_gradients + (int64_t)part * inputs * 9;
        memset(picture, 0, space * sizeof(float));
        PART_OF_IMAGES {
            int64_t at = (int64_t)image * half * half * inputs;
            for (int row = 0; row < side; row++)
                memcpy(
                    picture + beyond + (row + 1) * line + 1, gradient + ((int64_t)image * side + row) * side,
                    side * sizeof(float)
                );
            memset(maps, 0, inputs * space * sizeof(float));
            lay_out(values + at, places + at, side, inputs, space, maps + beyond);
            for (int input = 0; input < inputs; input++) {
                const float *weight = weights + 9 * input;
                float *map = maps + input * space, *back = backs + input * space;
                taps_gradient(picture + beyond + line, map + line, line, side * line, changes + 9 * input);
                gather_taps(picture + beyond + line, weight, line, side * line, back + line);
            }
            EACH_WINDOW for (int input = 0; input < inputs; input++, at++)
                result[at] = backs[input * space + beyond + in_margin(places[at], row, column, side)];
        }
    }
    free(spaces);
    return 0;
}
