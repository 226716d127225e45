// Batch norm.

#include "maps.h"

// Sums and sums of squares of every channel of a map, (2, channels).
void map_sums(const float *map, int pixels, int channels, float *sums) {
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
void statistics(
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
void norm_line(
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

// From every image's sums of what arrives at the maps and of its products with their values, (images, 2, channels): the
// gradients of weight and bias; and that of the maps, which is `scale` times what arrives, and the line constant +
// slope · map besides, for the statistics are the batch's own: Ioffe and Szegedy, "Batch normalization", 2015. Running
// statistics (`batch` 0) add nothing. A map has `pixels`.
static void gradient_line(
    const float *sums, int images, int pixels, int channels, int batch, const float *mean, const float *inverse,
    const float *weight, float *weight_gradient, float *bias_gradient, float *constant, float *slope, float *scale
) {
    double count = (double)images * pixels;
    for (int c = 0; c < channels; c++) {
        double arrived = 0, product = 0;
        for (int image = 0; image < images; image++) {
            arrived += sums[2 * image * channels + c];
            product += sums[(2 * image + 1) * channels + c];
        }
        double change = inverse[c] * (product - mean[c] * arrived);
        double share = batch * (double)weight[c] * inverse[c] / count;
        scale[c] = weight[c] * inverse[c];
        weight_gradient[c] = (float)change;
        bias_gradient[c] = (float)arrived;
        slope[c] = (float)(-share * inverse[c] * change);
        constant[c] = (float)(-share * (arrived - inverse[c] * change * mean[c]));
    }
}

// The same for a ReLU after the norm. Of each map's `pixels`, `kept_pixels` were kept, and had these values.
int norm_gradient(
    const float *gradient, const float *kept, const float *values, int images, int kept_pixels, int pixels, int channels,
    int threads, int batch, const float *mean, const float *inverse, const float *weight, float *weight_gradient,
    float *bias_gradient, float *constant, float *slope, float *scale
) {
    float *sums = malloc((size_t)images * 2 * channels * sizeof(float));
    if (!sums) return 1;
    arriving(gradient, kept, values, images, kept_pixels, channels, threads, sums);
    gradient_line(
        sums, images, pixels, channels, batch, mean, inverse, weight, weight_gradient, bias_gradient, constant, slope,
        scale
    );
    free(sums);
    return 0;
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

// The norm with an activation after it, which takes one pixel of the maps at a time.
typedef void Activate(Read map, Read scale, Read shift, int channels, Write result);

static int activated(
    Activate *activate, const float *maps, const float *mean, const float *inverse, const float *weight,
    const float *bias, int images, int side, int channels, int threads, float *result
) {
    float scale[channels], shift[channels];
    norm_line(mean, inverse, weight, bias, channels, scale, shift);
    EACH_IMAGE for (int pixel = 0; pixel < side * side; pixel++) {
        int64_t at = ((int64_t)image * side * side + pixel) * channels;
        activate(maps + at, scale, shift, channels, result + at);
    }
    return 0;
}

// With a ReLU after it.

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
    return activated(
        rectify_pixel, maps, mean, inverse, weight, bias, images, side, channels, threads, result
    );
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
    float constant[channels], slope[channels], scale[channels];
    if (norm_gradient(
            gradient, rectified, maps, images, side * side, side * side, channels, threads, batch, mean, inverse, weight,
            weight_gradient, bias_gradient, constant, slope, scale
        ))
        return 1;
    EACH_IMAGE for (int pixel = 0; pixel < side * side; pixel++) {
        int64_t at = ((int64_t)image * side * side + pixel) * channels;
        rectify_gradient_pixel(
            gradient + at, rectified + at, maps + at, constant, slope, scale, channels, result + at
        );
    }
    return 0;
}

// With a SiLU after it: v · σ(v).

// As the exponential function, to seven digits. Compilers vectorise it, but no call of expf. Cephes, Moshier, 1989.
INLINE float exponential(float x) {
    x = x < -87 ? -87 : x > 87 ? 87 : x;  // what is no number stays
    float power = rintf(x * 1.44269504f), rest = x - power * 0.693147181f;
    float series = 1.9875691500e-4f;
    series = series * rest + 1.3981999507e-3f;
    series = series * rest + 8.3334519073e-3f;
    series = series * rest + 4.1665795894e-2f;
    series = series * rest + 1.6666665459e-1f;
    series = series * rest + 5.0000001201e-1f;
    int32_t bits = ((int32_t)power + 127) << 23;  // 2 to this power
    float scale;
    memcpy(&scale, &bits, sizeof(float));
    return (series * rest * rest + rest + 1) * scale;
}

APART void silu_pixel(Read map, Read scale, Read shift, int channels, Write result) {
    for (int c = 0; c < channels; c++) {
        float value = map[c] * scale[c] + shift[c];
        result[c] = value / (1 + exponential(-value));
    }
}

int silu(
    const float *maps, const float *mean, const float *inverse, const float *weight, const float *bias, int images,
    int side, int channels, int threads, float *result
) {
    return activated(
        silu_pixel, maps, mean, inverse, weight, bias, images, side, channels, threads, result
    );
}

// What arrives at a pixel of the maps, and its share of the sums.
APART void silu_arriving_pixel(
    Read gradient, Read map, Read scale, Read shift, int channels, Write arriving, Write sum, Write product
) {
    for (int c = 0; c < channels; c++) {
        float value = map[c] * scale[c] + shift[c];
        float sigmoid = 1 / (1 + exponential(-value));
        float arrives = gradient[c] * sigmoid * (1 + value * (1 - sigmoid));
        arriving[c] = arrives;
        sum[c] += arrives;
        product[c] += arrives * map[c];
    }
}

APART void silu_gradient_pixel(Read map, Read constant, Read slope, Read scale, int channels, Write result) {
    for (int c = 0; c < channels; c++) result[c] = constant[c] + slope[c] * map[c] + scale[c] * result[c];
}

int silu_gradient(
    const float *gradient, const float *maps, const float *mean, const float *inverse, const float *weight,
    const float *bias, int batch, int images, int side, int channels, int threads, float *result,
    float *weight_gradient, float *bias_gradient
) {
    const int pixels = side * side;
    float constant[channels], slope[channels], scale[channels], shift[channels];
    float *sums = calloc((size_t)images * 2 * channels, sizeof(float));
    if (!sums) return 1;
    norm_line(mean, inverse, weight, bias, channels, scale, shift);
    EACH_IMAGE for (int pixel = 0; pixel < pixels; pixel++) {
        int64_t at = ((int64_t)image * pixels + pixel) * channels;
        float *sum = sums + (int64_t)image * 2 * channels;
        silu_arriving_pixel(gradient + at, maps + at, scale, shift, channels, result + at, sum, sum + channels);
    }
    gradient_line(
        sums, images, pixels, channels, batch, mean, inverse, weight, weight_gradient, bias_gradient, constant, slope,
        scale
    );
    free(sums);
    EACH_IMAGE for (int pixel = 0; pixel < pixels; pixel++) {
        int64_t at = ((int64_t)image * pixels + pixel) * channels;
        silu_gradient_pixel(maps + at, constant, slope, scale, channels, result + at);
    }
    return 0;
}
