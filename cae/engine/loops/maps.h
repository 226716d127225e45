// What a training step does to its maps besides dense convolutions, in as few passes over memory as there can be: what all
// the loops share.
//
// Maps are float32 with the channels last: (images, side, side, channels). A pooled map's side, `half`, is side / 2
// rounded down. Places are positions in the flattened side × side map, as nn.MaxPool2d(return_indices=True) gives them.
// Kernels are 3 × 3, at stride 1, with a margin of 1. A batch norm is its weight and bias, and the mean and the inverse
// standard deviation that it normalises by. Every sum is taken in the same order, however many threads take it.
//
// What runs over channels is a function of its own, with `restrict`: compilers vectorise that. Every function that can
// be called returns 0, or 1 where there is no memory to work in.

#pragma once

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
#define EACH_PART                                                        \
    _Pragma("omp parallel for num_threads(threads) schedule(dynamic)") \
    for (int part = 0; part < PARTS; part++)
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

// Where a place lies in a map with a margin of 1 all around: its own tap's corner.
INLINE int in_margin(int64_t place, int row, int column, int side) {
    int within = (int)place - 2 * row * side - 2 * column;  // 0, 1, side or side + 1
    return 2 * row * (side + 2) + 2 * column + within + (within >= side ? 2 : 0);
}

// A batch norm's sums and what follows from them: norm.c.
void map_sums(const float *map, int pixels, int channels, float *sums);
void statistics(
    const float *sums, int images, int pixels, int channels, double epsilon, double momentum, float *running_mean,
    float *running_variance, float *mean, float *inverse
);
void norm_line(
    const float *mean, const float *inverse, const float *weight, const float *bias, int channels, float *scale,
    float *shift
);
int norm_gradient(
    const float *gradient, const float *kept, const float *values, int images, int kept_pixels, int pixels, int channels,
    int threads, int batch, const float *mean, const float *inverse, const float *weight, float *weight_gradient,
    float *bias_gradient, float *constant, float *slope, float *scale
);

// A pooling of one image's maps: pool.c.
void pool_image(
    const float *map, const float *scale, const float *shift, int side, int channels, float *pooled, int64_t *places,
    float *winners, float *which
);
void pool_gradient_image(
    const float *gradient, const float *which, const float *map, const float *constant, const float *slope,
    const float *scale, int side, int channels, int line, float *result
);
