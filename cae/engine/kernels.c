// What a training step does to its maps besides dense convolutions, in as few passes over memory as there can be.
//
// Maps are float32 with the channels last: (images, side, side, channels). A pooled map's side, `half`, is side / 2
// rounded down. Places are positions in the flattened side × side map, as nn.MaxPool2d(return_indices=True) gives them.
// Kernels are 3 × 3, at stride 1, with a margin of 1. A batch norm is its weight and bias, and the mean and the inverse
// standard deviation that it normalises by. Every sum is taken in the same order, however many threads take it.
//
// What runs over channels is a function of its own, with `restrict`: compilers vectorise that. Every function that can
// be called returns 0, or 1 where there is no memory to work in.

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef const float *restrict Read;
typedef float *restrict Write;
typedef float Eight __attribute__((vector_size(32)));

#define APART static __attribute__((noinline))
#define INLINE static __attribute__((always_inline)) inline

// The images in so many parts, each with sums of its own: whichever thread takes a part, and however many there are.
enum { PARTS = 8 };
#define EACH_PART _Pragma("omp parallel for num_threads(threads) schedule(dynamic)") for (int part = 0; part < PARTS; part++)
#define PART_OF_IMAGES for (int image = images * part / PARTS; image < images * (part + 1) / PARTS; image++)
#define EACH_IMAGE EACH_PART PART_OF_IMAGES
#define EACH_WINDOW for (int row = 0; row < half; row++) for (int column = 0; column < half; column++)

// The usual numbers of maps are compiled as constants: their sums stay in registers.
#define WITH_CONSTANT_WIDTH(channels, call) \
    switch (channels) {                     \
        case 8: call(8); break;             \
        case 16: call(16); break;           \
        case 32: call(32); break;           \
        default: call(channels);            \
    }

// Batch norm ----------------------------------------------------------------------------------------------------------

// Sums and sums of squares of every channel of a map, (2, channels).
static void map_sums(const float *map, int pixels, int channels, float *sums) {
    int first = 0;
    for (; first + 8 <= channels; first += 8) {
        Eight sum = {0}, square = {0}, values;
        for (int pixel = 0; pixel < pixels; pixel++) {
            memcpy(&values, map + pixel * channels + first, sizeof(Eight));
            sum += values;
            square += values * values;
        }
        memcpy(sums + first, &sum, sizeof(Eight));
        memcpy(sums + channels + first, &square, sizeof(Eight));
    }
    for (; first < channels; first++) {
        float sum = 0, square = 0;
        for (int pixel = 0; pixel < pixels; pixel++) {
            float value = map[pixel * channels + first];
            sum += value;
            square += value * value;
        }
        sums[first] = sum;
        sums[channels + first] = square;
    }
}

// From every image's sums, (images, 2, channels): the batch's statistics, and the running ones that follow them.
static void statistics(
    const float *sums, int images, int pixels, int channels, double epsilon, double momentum, float *running_mean,
    float *running_variance, float *mean, float *inverse
) {
    double count = (double)images * pixels;
    for (int c = 0; c < channels; c++) {
        double sum = 0, square = 0;
        for (int image = 0; image < images; image++) {
            sum += sums[2 * image * channels + c];
            square += sums[(2 * image + 1) * channels + c];
        }
        double average = sum / count, variance = square / count - average * average;
        variance = variance < 0 ? 0 : variance;
        mean[c] = (float)average;
        inverse[c] = (float)(1 / sqrt(variance + epsilon));
        running_mean[c] += (float)(momentum * (average - running_mean[c]));
        running_variance[c] += (float)(momentum * (variance * count / (count - 1) - running_variance[c]));
    }
}

// The norm as the line that it is.
static void norm_line(
    const float *mean, const float *inverse, const float *weight, const float *bias, int channels, float *scale,
    float *shift
) {
    for (int c = 0; c < channels; c++) {
        scale[c] = weight[c] * inverse[c];
        shift[c] = bias[c] - scale[c] * mean[c];
    }
}

// What arrives at the maps from a gradient of what was kept of them, where the ReLU let it through: its sum, and that
// of its product with their values.
APART void add_arriving(Read gradient, Read kept, Read values, int channels, Write sum, Write product) {
    for (int c = 0; c < channels; c++) {
        float arrives = gradient[c];
        arrives = kept[c] > 0 ? arrives : 0;
        sum[c] += arrives;
        product[c] += arrives * values[c];
    }
}

static void arriving(
    const float *gradient, const float *kept, const float *values, int images, int pixels, int channels, int threads,
    float *sums
) {
    EACH_IMAGE {
        float *sum = sums + (int64_t)image * 2 * channels;
        memset(sum, 0, 2 * channels * sizeof(float));
        for (int pixel = 0; pixel < pixels; pixel++) {
            int64_t at = ((int64_t)image * pixels + pixel) * channels;
            add_arriving(gradient + at, kept + at, values + at, channels, sum, sum + channels);
        }
    }
}

// From those sums the gradients of weight and bias, and the line, constant + slope · map, that the batch's statistics
// add to that of the maps: Ioffe and Szegedy, "Batch normalization", 2015. Running statistics (`batch` 0) add nothing.
static void norm_gradient(
    const float *sums, int images, double count, int channels, int batch, const float *mean, const float *inverse,
    const float *weight, float *weight_gradient, float *bias_gradient, float *constant, float *slope
) {
    for (int c = 0; c < channels; c++) {
        double arrived = 0, product = 0;
        for (int image = 0; image < images; image++) {
            arrived += sums[2 * image * channels + c];
            product += sums[(2 * image + 1) * channels + c];
        }
        double change = inverse[c] * (product - mean[c] * arrived), scale = batch * (double)weight[c] * inverse[c] / count;
        weight_gradient[c] = (float)change;
        bias_gradient[c] = (float)arrived;
        slope[c] = (float)(-scale * inverse[c] * change);
        constant[c] = (float)(-scale * (arrived - inverse[c] * change * mean[c]));
    }
}

int norm_statistics(
    const float *maps, int images, int side, int channels, int threads, double epsilon, double momentum,
    float *running_mean, float *running_variance, float *mean, float *inverse
) {
    const int pixels = side * side;
    float *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    if (!sums) return 1;
    EACH_IMAGE map_sums(maps + (int64_t)image * pixels * channels, pixels, channels, sums + image * 2 * channels);
    statistics(sums, images, pixels, channels, epsilon, momentum, running_mean, running_variance, mean, inverse);
    free(sums);
    return 0;
}

// Batch norm → ReLU ---------------------------------------------------------------------------------------------------

APART void rectify_pixel(Read map, Read scale, Read shift, int channels, Write result) {
    for (int c = 0; c < channels; c++) {
        float value = map[c] * scale[c] + shift[c];
        result[c] = value <= 0 ? 0 : value;  // what is no number stays
    }
}

int rectify(
    const float *maps, const float *mean, const float *inverse, const float *weight, const float *bias, int images,
    int side, int channels, int threads, float *result
) {
    float scale[channels], shift[channels];
    norm_line(mean, inverse, weight, bias, channels, scale, shift);
    EACH_IMAGE for (int pixel = 0; pixel < side * side; pixel++) {
        int64_t at = ((int64_t)image * side * side + pixel) * channels;
        rectify_pixel(maps + at, scale, shift, channels, result + at);
    }
    return 0;
}

APART void rectify_gradient_pixel(
    Read gradient, Read rectified, Read map, Read constant, Read slope, Read scale, int channels, Write result
) {
    for (int c = 0; c < channels; c++) {
        float arrives = gradient[c] * scale[c];
        arrives = rectified[c] > 0 ? arrives : 0;
        result[c] = constant[c] + slope[c] * map[c] + arrives;
    }
}

int rectify_gradient(
    const float *gradient, const float *rectified, const float *maps, const float *mean, const float *inverse,
    const float *weight, int batch, int images, int side, int channels, int threads, float *result,
    float *weight_gradient, float *bias_gradient
) {
    float constant[channels], slope[channels], scale[channels], *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    if (!sums) return 1;
    arriving(gradient, rectified, maps, images, side * side, channels, threads, sums);
    norm_gradient(
        sums, images, (double)images * side * side, channels, batch, mean, inverse, weight, weight_gradient,
        bias_gradient, constant, slope
    );
    for (int c = 0; c < channels; c++) scale[c] = weight[c] * inverse[c];
    EACH_IMAGE for (int pixel = 0; pixel < side * side; pixel++) {
        int64_t at = ((int64_t)image * side * side + pixel) * channels;
        rectify_gradient_pixel(
            gradient + at, rectified + at, maps + at, constant, slope, scale, channels, result + at
        );
    }
    free(sums);
    return 0;
}

// Batch norm → ReLU → max-pool ----------------------------------------------------------------------------------------
// The first of the greatest of each window and its place. For the gradient also the map's value there, the winner, and
// which of the window's four it was: 0 to 3, or -1 where the ReLU let nothing through.

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

static void pool_image(
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
static void pool_gradient_image(
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
    float constant[channels], slope[channels], scale[channels], *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    if (!sums) return 1;
    arriving(gradient, pooled, winners, images, half * half, channels, threads, sums);
    norm_gradient(
        sums, images, (double)images * side * side, channels, batch, mean, inverse, weight, weight_gradient,
        bias_gradient, constant, slope
    );
    for (int c = 0; c < channels; c++) scale[c] = weight[c] * inverse[c];
    EACH_IMAGE {
        int64_t start = (int64_t)image * side * side * channels, at = (int64_t)image * half * half * channels;
        pool_gradient_image(
            gradient + at, which + at, maps + start, constant, slope, scale, side, channels, side, result + start
        );
    }
    free(sums);
    return 0;
}

// Convolution of one map, the picture → batch norm → ReLU → max-pool --------------------------------------------------
// The convolution's maps are made anew whenever they are wanted, image by image, and never leave the cache. Its kernel
// is (9, channels).

// Eight channels along a row, whose kernel stays in registers.
static void convolve_eight(const float *corner, const float *kernel, int side, int channels, float *map) {
    const int line = side + 2;
    Eight taps[9];
    for (int tap = 0; tap < 9; tap++) memcpy(taps + tap, kernel + tap * channels, sizeof(Eight));
    for (int column = 0; column < side; column++, corner++, map += channels) {
        Eight sum = taps[0] * corner[0] + taps[1] * corner[1] + taps[2] * corner[2] + taps[3] * corner[line]
            + taps[4] * corner[line + 1] + taps[5] * corner[line + 2] + taps[6] * corner[2 * line]
            + taps[7] * corner[2 * line + 1] + taps[8] * corner[2 * line + 2];
        memcpy(map, &sum, sizeof(Eight));
    }
}

static void convolve_one(const float *corner, const float *kernel, int side, int channels, float *map) {
    for (int column = 0; column < side; column++) {
        float sum = 0;
        for (int tap = 0; tap < 9; tap++)
            sum += corner[tap / 3 * (side + 2) + tap % 3 + column] * kernel[tap * channels];
        map[column * channels] = sum;
    }
}

// `wide` is for the picture with its margin.
static void convolve_image(
    const float *picture, const float *kernel, int side, int channels, float *wide, float *map
) {
    const int line = side + 2;
    memset(wide, 0, line * line * sizeof(float));
    for (int row = 0; row < side; row++) memcpy(wide + (row + 1) * line + 1, picture + row * side, side * sizeof(float));
    for (int row = 0; row < side; row++) {
        const float *corner = wide + row * line;
        float *maps = map + row * side * channels;
        int first = 0;
        for (; first + 8 <= channels; first += 8) convolve_eight(corner, kernel + first, side, channels, maps + first);
        for (; first < channels; first++) convolve_one(corner, kernel + first, side, channels, maps + first);
    }
}

INLINE void add_scaled(const float *values, float factor, const int count, float *sums) {
    int first = 0;
    for (; first + 8 <= count; first += 8) {
        Eight sum, value;
        memcpy(&value, values + first, sizeof(Eight));
        memcpy(&sum, sums + first, sizeof(Eight));
        sum += factor * value;
        memcpy(sums + first, &sum, sizeof(Eight));
    }
    for (; first < count; first++) sums[first] += factor * values[first];
}

// Every pixel that has ink tells its nine taps. `back`, the maps' gradient, has a margin of 1.
INLINE void kernel_gradient_image(const float *picture, const float *back, int side, const int channels, float *change) {
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++) {
            float ink = picture[row * side + column];
            if (ink == 0) continue;
            for (int tap = 0; tap < 9; tap++) {
                int at = (row + 2 - tap / 3) * (side + 2) + column + 2 - tap % 3;
                add_scaled(back + at * channels, ink, channels, change + tap * channels);
            }
        }
}

// Each thread's own picture with a margin of 1, and its maps, twice: with such a margin, too.
#define SPACE_OF_PICTURES ((size_t)(side + 2) * (side + 2) * (1 + 2 * channels))

int picture_statistics(
    const float *pictures, const float *kernel, int images, int side, int channels, int threads, double epsilon,
    double momentum, float *running_mean, float *running_variance, float *mean, float *inverse
) {
    const int pixels = side * side;
    float *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    float *spaces = malloc(threads * SPACE_OF_PICTURES * sizeof(float));
    if (sums && spaces) {
        EACH_PART {
            float *wide = spaces + omp_get_thread_num() * SPACE_OF_PICTURES, *map = wide + (side + 2) * (side + 2);
            PART_OF_IMAGES {
                convolve_image(pictures + (int64_t)image * pixels, kernel, side, channels, wide, map);
                map_sums(map, pixels, channels, sums + image * 2 * channels);
            }
        }
        statistics(sums, images, pixels, channels, epsilon, momentum, running_mean, running_variance, mean, inverse);
    }
    int failed = !sums || !spaces;
    free(sums);
    free(spaces);
    return failed;
}

int picture_pool(
    const float *pictures, const float *kernel, const float *mean, const float *inverse, const float *weight,
    const float *bias, int images, int side, int channels, int threads, float *pooled, int64_t *places, float *winners,
    float *which
) {
    float scale[channels], shift[channels], *spaces = malloc(threads * SPACE_OF_PICTURES * sizeof(float));
    if (!spaces) return 1;
    norm_line(mean, inverse, weight, bias, channels, scale, shift);
    EACH_PART {
        float *wide = spaces + omp_get_thread_num() * SPACE_OF_PICTURES, *map = wide + (side + 2) * (side + 2);
        PART_OF_IMAGES {
            int64_t at = (int64_t)image * (side / 2) * (side / 2) * channels;
            convolve_image(pictures + (int64_t)image * side * side, kernel, side, channels, wide, map);
            pool_image(map, scale, shift, side, channels, pooled + at, places + at, winners + at, which + at);
        }
    }
    free(spaces);
    return 0;
}

// `kernel_gradients` is (PARTS, 9, channels), zeros.
int picture_gradient(
    const float *gradient, const float *pooled, const float *winners, const float *which, const float *pictures,
    const float *kernel, const float *mean, const float *inverse, const float *weight, int batch, int images, int side,
    int channels, int threads, float *kernel_gradients, float *weight_gradient, float *bias_gradient
) {
    const int half = side / 2, around = (side + 2) * (side + 2);
    float constant[channels], slope[channels], scale[channels];
    float *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    float *spaces = malloc(threads * SPACE_OF_PICTURES * sizeof(float));
    if (sums && spaces) {
        arriving(gradient, pooled, winners, images, half * half, channels, threads, sums);
        norm_gradient(
            sums, images, (double)images * side * side, channels, batch, mean, inverse, weight, weight_gradient,
            bias_gradient, constant, slope
        );
        for (int c = 0; c < channels; c++) scale[c] = weight[c] * inverse[c];
        EACH_PART {
            float *wide = spaces + omp_get_thread_num() * SPACE_OF_PICTURES, *map = wide + around, *back = map + around * channels;
            float *change = kernel_gradients + (int64_t)part * 9 * channels;
            memset(back, 0, around * channels * sizeof(float));
            PART_OF_IMAGES {
                int64_t at = (int64_t)image * half * half * channels;
                const float *picture = pictures + (int64_t)image * side * side;
                convolve_image(picture, kernel, side, channels, wide, map);
                pool_gradient_image(
                    gradient + at, which + at, map, constant, slope, scale, side, channels, side + 2,
                    back + (side + 3) * channels
                );
                #define IMAGE(width) kernel_gradient_image(picture, back, side, width, change)
                WITH_CONSTANT_WIDTH(channels, IMAGE)
                #undef IMAGE
            }
        }
    }
    int failed = !sums || !spaces;
    free(sums);
    free(spaces);
    return failed;
}

// Max-unpool → transposed convolution to several maps -----------------------------------------------------------------
// Three of four unpooled values are nothing, and so is what a ReLU has silenced: neither is ever multiplied. The weights
// are (3, inputs, 3, outputs), rows first; `outputs` is a multiple of 8.

// Where a place lies in a map with a margin of 1 all around: its own tap's corner.
INLINE int in_margin(int64_t place, int row, int column, int side) {
    int within = (int)place - 2 * row * side - 2 * column;  // 0, 1, side or side + 1
    return 2 * row * (side + 2) + 2 * column + within + (within >= side ? 2 : 0);
}

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
        float *wide = spaces + (int64_t)omp_get_thread_num() * around, *made = result + (int64_t)image * side * side * outputs;
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

// Max-unpool → transposed convolution to one map, the picture ----------------------------------------------------------
// Map by map, so that pixels lie side by side. Each map and the picture have a margin of 1, and one of them a line and a
// pixel more at either end, for the taps that go beyond. The weights are (inputs, 9).

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
    float *spaces = malloc((size_t)threads * (1 + 2 * inputs) * space * sizeof(float));
    if (!spaces) return 1;
    EACH_PART {
        float *picture = spaces + (int64_t)omp_get_thread_num() * (1 + 2 * inputs) * space, *maps = picture + space;
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
                memcpy(result + ((int64_t)image * side + row) * side, picture + (row + 1) * line + 1, side * sizeof(float));
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
