// Max-unpool → transposed convolution to several maps.
// Three of four unpooled values are nothing, and so is what a ReLU has silenced: neither is ever multiplied. The weights
// are (3, inputs, 3, outputs), rows first; `outputs` is a multiple of 8.

#include "maps.h"

// One line of three taps: so many values, each times its line of weights. The line stays in registers.
INLINE void add_lines(
    const float *values, const int *which, int count, const float *weights, const int eights, float *line
) {
    Eight sums[eights], weight;
    memcpy(sums, line, sizeof(sums));
    for (int one = 0; one < count; one++) {
        const float *own = weights + (int64_t)which[one] * eights * 8, value = values[which[one]];
        for (int part = 0; part < eights; part++) {
            memcpy(&weight, own + part * 8, sizeof(Eight));
            sums[part] += value * weight;
        }
    }
    memcpy(line, sums, sizeof(sums));
}

INLINE void unpooled_convolution_image(
    const float *values, const int64_t *places, const float *weights, const float *bias, int side, int inputs,
    const int outputs, float *wide, float *result
) {
    const int half = side / 2, taps = 3 * outputs, line = (side + 2) * outputs;
    int live[4][inputs];  // those inputs that have a value here, by the window's four
    for (int pixel = 0; pixel < (side + 2) * (side + 2); pixel++)
        memcpy(wide + pixel * outputs, bias, outputs * sizeof(float));
    EACH_WINDOW {
        int count[4] = {0}, window = 2 * row * side + 2 * column;
        for (int input = 0; input < inputs; input++) {
            int within = (int)places[input] - window, which = within - (-(within >= side) & (side - 2));
            live[which][count[which]] = input;
            count[which] += values[input] != 0;
        }
        for (int which = 0; which < 4; which++) {
            float *corner = wide + ((2 * row + which / 2) * (side + 2) + 2 * column + which % 2) * outputs;
            if (count[which])
                for (int tap = 0; tap < 3; tap++)
                    add_lines(
                        values, live[which], count[which], weights + tap * inputs * taps, taps / 8, corner + tap * line
                    );
        }
        values += inputs, places += inputs;
    }
    for (int row = 0; row < side; row++)
        memcpy(result + row * side * outputs, wide + (row + 1) * line + outputs, side * outputs * sizeof(float));
}

// One line of three taps: its product with what arrives at each place, and what that adds to its own gradient.
INLINE void line_gradient(
    const float *arrives, const int *at, const float *values, int count, const float *weight, const int eights,
    Eight *products, float *change
) {
    Eight weights[eights], changes[eights], part;
    memcpy(weights, weight, sizeof(weights));
    memcpy(changes, change, sizeof(changes));
    for (int one = 0; one < count; one++) {
        Eight product = products[one];
        for (int eight = 0; eight < eights; eight++) {
            memcpy(&part, arrives + at[one] + eight * 8, sizeof(Eight));
            product += part * weights[eight];
            changes[eight] += values[one] * part;
        }
        products[one] = product;
    }
    memcpy(change, changes, sizeof(changes));
}

INLINE void unpooled_convolution_gradient_image(
    const float *gradient, const float *values, const int64_t *places, const float *weights, int side, int inputs,
    const int outputs, float *wide, float *result, float *weight_gradient
) {
    const int half = side / 2, taps = 3 * outputs, line = (side + 2) * outputs;
    float own[half * half];  // of one input
    int at[half * half];
    Eight products[half * half];
    for (int row = 0; row < side; row++)
        memcpy(wide + (row + 1) * line + outputs, gradient + row * side * outputs, side * outputs * sizeof(float));
    for (int input = 0; input < inputs; input++) {
        EACH_WINDOW {
            int window = row * half + column;
            own[window] = values[window * inputs + input];
            at[window] = in_margin(places[window * inputs + input], row, column, side) * outputs;
        }
        memset(products, 0, sizeof(products));
        for (int tap = 0; tap < 3; tap++) {
            int weight = (tap * inputs + input) * taps;
            line_gradient(
                wide + tap * line, at, own, half * half, weights + weight, taps / 8, products, weight_gradient + weight
            );
        }
        for (int window = 0; window < half * half; window++) {
            float sum = 0;
            for (int part = 0; part < 8; part++) sum += products[window][part];
            result[window * inputs + input] = sum;
        }
    }
}

int unpooled_convolution(
    const float *values, const int64_t *places, const float *weights, const float *bias, int images, int side,
    int inputs, int outputs, int threads, float *result
) {
    const int half = side / 2, around = (side + 2) * (side + 2) * outputs;
    float *spaces = malloc((size_t)threads * around * sizeof(float));
    if (!spaces) return 1;
    EACH_PART PART_OF_IMAGES {
        int64_t at = (int64_t)image * half * half * inputs;
        float *wide = spaces + (int64_t)omp_get_thread_num() * around;
        float *made = result + (int64_t)image * side * side * outputs;
        #define IMAGE(width) \
            unpooled_convolution_image(values + at, places + at, weights, bias, side, inputs, width, wide, made)
        WITH_CONSTANT_WIDTH(outputs, IMAGE)
        #undef IMAGE
    }
    free(spaces);
    return 0;
}

// `weight_gradients` is (PARTS, 3, inputs, 3, outputs), zeros.
int unpooled_convolution_gradient(
    const float *gradient, const float *values, const int64_t *places, const float *weights, int images, int side,
    int inputs, int outputs, int threads, float *result, float *weight_gradients
) {
    const int half = side / 2, around = (side + 2) * (side + 2) * outputs, weight_count = inputs * 9 * outputs;
    float *spaces = malloc((size_t)threads * around * sizeof(float));
    if (!spaces) return 1;
    EACH_PART {
        float *wide = spaces + (int64_t)omp_get_thread_num() * around;
        float *change = weight_gradients + (int64_t)part * weight_count;
        memset(wide, 0, around * sizeof(float));
        PART_OF_IMAGES {
            int64_t at = (int64_t)image * half * half * inputs;
            const float *arrives = gradient + (int64_t)image * side * side * outputs;
            #define IMAGE(width)                     \
                unpooled_convolution_gradient_image( \
                    arrives, values + at, places + at, weights, side, inputs, width, wide, result + at, change)
            WITH_CONSTANT_WIDTH(outputs, IMAGE)
            #undef IMAGE
        }
    }
    free(spaces);
    return 0;
}
