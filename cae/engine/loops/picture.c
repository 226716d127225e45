// Convolution of one map, the picture → batch norm → ReLU → max-pool.
// The convolution's maps are made anew whenever they are wanted, image by image, and never leave the cache. Its kernel
// is (9, channels).

#include "maps.h"

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
INLINE void kernel_gradient_image(
    const float *picture, const float *back, int side, const int channels, float *change
) {
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
    if (norm_gradient(
            gradient, pooled, winners, images, half * half, side * side, channels, threads, batch, mean, inverse, weight,
            weight_gradient, bias_gradient, constant, slope, scale
        ))
        return 1;
    float *spaces = malloc(threads * SPACE_OF_PICTURES * sizeof(float));
    if (!spaces) return 1;
    EACH_PART {
        float *wide = spaces + omp_get_thread_num() * SPACE_OF_PICTURES;
        float *map = wide + around, *back = map + around * channels;
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
    free(spaces);
    return 0;
}
