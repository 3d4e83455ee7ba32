/* A decoder's layers for a few rows at a time, on processors with AVX2.

What takes time when sixteen rows are written is how weights come out of memory, and then the many
passes over rows that are short. So weights are whole numbers of eight bits, which take a quarter of
the room, and all that happens between two products happens here. Rows are rounded to whole numbers
of up to sixteen bits, each with a scale of its own: sums of products are exact, and a row is the
same to the bit in any company and with any number of threads.

Weights lie in blocks of `COLUMNS` outputs, in each block one pair of inputs after the other, and of
each pair its outputs side by side: what is read comes in the order in which it lies in memory.
*/

#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline, target("avx2,fma")))

enum {
    WIDE = 8,            /* numbers of 32 bits in a register */
    COLUMNS = 2 * WIDE,  /* outputs of a block */
    TILE = 6,            /* rows whose sums for a block fit into the sixteen registers */
    GATHERED = 4,        /* registers of values that are added up at a time */
};
static const float LEAST = 1e-8f;

/* rows (n, in) times weights (out, in), behind a norm if there is one. `most` is the largest whole
   number of a row; scales (out) are of weights alone. */
typedef struct {
    const int8_t *weights;
    const float *scales, *norm;
    float epsilon, most;
    int64_t in, out;
} Product;

typedef struct {
    Product qkv, out, gate_up, down;
} Layer;

/* Keys and values: (layers, 2, rows · groups, places, head). */
typedef struct {
    float *kept;
    int64_t rows, places, heads, groups, head;
} Cache;

/* Rows in whole numbers (n, in), and what one is of each (n,). */
typedef struct {
    int16_t *whole;
    float *units;
} Rounded;

/* What `native.py` must have been written for: one more whenever a struct or a function's arguments
   change, since it may have been compiled earlier. */
int version(void) {
    return 1;
}

int supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

INLINE float sum(__m256 v) {
    float of[WIDE];
    _mm256_storeu_ps(of, v);
    return ((of[0] + of[4]) + (of[1] + of[5])) + ((of[2] + of[6]) + (of[3] + of[7]));
}

/* eˣ to a few units in the last place: 2ⁿ times the series of what is left, |x| ≤ ln 2 / 2. */
INLINE __m256 exponential(__m256 x) {
    /* In this order what is no number stays none. */
    x = _mm256_min_ps(_mm256_set1_ps(88.0f), _mm256_max_ps(_mm256_set1_ps(-87.0f), x));
    __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)),
                               _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    x = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x); /* ln 2 in two parts */
    x = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), x);
    __m256 series = _mm256_set1_ps(1.0f / 5040);
    static const float factors[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1};
    for (int i = 0; i < 7; i++)
        series = _mm256_fmadd_ps(series, x, _mm256_set1_ps(factors[i]));
    __m256i power = _mm256_slli_epi32(
        _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(series, _mm256_castsi256_ps(power));
}

/* -- products ---------------------------------------------------------------------------------- */

INLINE __m256 normed(const float *row, const float *norm, int64_t i) {
    __m256 v = _mm256_loadu_ps(row + i);
    return norm ? _mm256_mul_ps(v, _mm256_loadu_ps(norm + i)) : v;
}

/* Round a row. The norm's length is only a part of the unit: whole numbers are the same without. */
AVX2 static float round_row(const Product *p, const float *row, int16_t *whole) {
    __m256 peaks = _mm256_setzero_ps(), squares = _mm256_setzero_ps();
    for (int64_t i = 0; i < p->in; i += WIDE) {
        __m256 plain = _mm256_loadu_ps(row + i), v = normed(row, p->norm, i);
        squares = _mm256_fmadd_ps(plain, plain, squares);
        peaks = _mm256_max_ps(peaks, _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v));
    }
    float of[WIDE], largest = LEAST, square = sum(squares);
    if (!isfinite(square))
        return NAN; /* and so will be all that is made of this row */
    _mm256_storeu_ps(of, peaks);
    for (int i = 0; i < WIDE; i++)
        largest = of[i] > largest ? of[i] : largest;
    __m256 factor = _mm256_set1_ps(p->most / largest);
    for (int64_t i = 0; i < p->in; i += 2 * WIDE) {
        __m256i low = _mm256_cvtps_epi32(_mm256_mul_ps(normed(row, p->norm, i), factor));
        __m256i high = _mm256_cvtps_epi32(_mm256_mul_ps(normed(row, p->norm, i + WIDE), factor));
        __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8);
        _mm256_storeu_si256((__m256i *)(whole + i), both);
    }
    float unit = largest / p->most;
    return p->norm ? unit / sqrtf(square / (float)p->in + p->epsilon) : unit;
}

/* Sum a block for `count` rows, a number that is known when this is compiled. */
INLINE void sums(int count, const int16_t *whole, int64_t in, const int8_t *block,
                 __m256i found[TILE][2]) {
    __m256i kept[TILE][2];
#pragma GCC unroll 6
    for (int r = 0; r < count; r++)
        kept[r][0] = kept[r][1] = _mm256_setzero_si256();
    for (int64_t i = 0; i < in; i += 2, block += 2 * COLUMNS) {
        const __m128i *weights = (const __m128i *)block;
        __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128(weights));
        __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128(weights + 1));
#pragma GCC unroll 6
        for (int r = 0; r < count; r++) {
            int32_t pair;
            memcpy(&pair, whole + r * in + i, sizeof pair);
            __m256i row = _mm256_set1_epi32(pair);
            kept[r][0] = _mm256_add_epi32(kept[r][0], _mm256_madd_epi16(row, left));
            kept[r][1] = _mm256_add_epi32(kept[r][1], _mm256_madd_epi16(row, right));
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < count; r++)
        found[r][0] = kept[r][0], found[r][1] = kept[r][1];
}

AVX2 static void block_sums(int64_t count, const int16_t *whole, int64_t in, const int8_t *block,
                            __m256i found[TILE][2]) {
    switch (count) {
    case 1: sums(1, whole, in, block, found); break;
    case 2: sums(2, whole, in, block, found); break;
    case 3: sums(3, whole, in, block, found); break;
    case 4: sums(4, whole, in, block, found); break;
    case 5: sums(5, whole, in, block, found); break;
    default: sums(TILE, whole, in, block, found);
    }
}

/* Multiply rounded rows, all threads of a team together; `add` adds to what is in `to` (n, out). */
AVX2 static void multiply(const Product *p, Rounded rows, int64_t n, int add, float *to) {
#pragma omp for schedule(static)
    for (int64_t column = 0; column < p->out; column += COLUMNS) {
        int64_t width = p->out - column < COLUMNS ? p->out - column : COLUMNS;
        for (int64_t first = 0; first < n; first += TILE) {
            int64_t count = n - first < TILE ? n - first : TILE;
            __m256i found[TILE][2];
            block_sums(count, rows.whole + first * p->in, p->in, p->weights + column * p->in, found);
            for (int64_t r = 0; r < count; r++) {
                float products[COLUMNS], *out = to + (first + r) * p->out + column;
                for (int half = 0; half < 2; half++) {
                    __m256 scale = _mm256_loadu_ps(p->scales + column + half * WIDE);
                    __m256 unit = _mm256_set1_ps(rows.units[first + r]);
                    __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(found[r][half]), scale);
                    _mm256_storeu_ps(products + half * WIDE, _mm256_mul_ps(product, unit));
                }
                for (int64_t i = 0; i < width; i++)
                    out[i] = add ? out[i] + products[i] : products[i];
            }
        }
    }
}

static void round_rows(const Product *p, const float *rows, int64_t n, Rounded to) {
#pragma omp for schedule(static)
    for (int64_t r = 0; r < n; r++)
        to.units[r] = round_row(p, rows + r * p->in, to.whole + r * p->in);
}

static int rounded(int64_t n, int64_t in, Rounded *made) {
    made->whole = malloc((size_t)(n * in) * sizeof(int16_t));
    made->units = malloc((size_t)n * sizeof(float));
    return made->whole && made->units;
}

static void forget(Rounded made) {
    free(made.whole);
    free(made.units);
}

/* Multiply rows (n, in) into `to` (n, out). Return whether there was memory for it. */
int product(const Product *p, const float *rows, int64_t n, float *to, int threads) {
    Rounded whole;
    int enough = rounded(n, p->in, &whole);
    if (enough) {
#pragma omp parallel num_threads(threads)
        {
            round_rows(p, rows, n, whole);
            multiply(p, whole, n, 0, to);
        }
    }
    forget(whole);
    return enough;
}

/* -- layers ------------------------------------------------------------------------------------ */

/* Turn pairs (i, i + head/2) by a position's angles; the first half of `sines` is negative. */
AVX2 static void turn(const float *from, const float *cosines, const float *sines, int64_t head,
                      float *restrict to) {
    int64_t half = head / 2;
    for (int64_t i = 0; i < half; i++)
        to[i] = from[i] * cosines[i] + from[half + i] * sines[i];
    for (int64_t i = half; i < head; i++)
        to[i] = from[i] * cosines[i] + from[i - half] * sines[i];
}

/* Add up `values` (count, head) by their shares, `parts` registers of each: a number that is known
   when this is compiled, so that sums stay in registers. */
INLINE void gather(int parts, const float *shares, const float *values, int64_t count,
                   int64_t head, float *to) {
    __m256 found[GATHERED];
    for (int part = 0; part < parts; part++)
        found[part] = _mm256_setzero_ps();
    for (int64_t place = 0; place < count; place++) {
        __m256 share = _mm256_set1_ps(shares[place]);
        for (int part = 0; part < parts; part++) {
            __m256 value = _mm256_loadu_ps(values + place * head + part * WIDE);
            found[part] = _mm256_fmadd_ps(share, value, found[part]);
        }
    }
    for (int part = 0; part < parts; part++)
        _mm256_storeu_ps(to + part * WIDE, found[part]);
}

/* What a query finds at the first `count` places. */
AVX2 static void look(const float *query, const float *keys, const float *values, int64_t count,
                      int64_t head, float *seen) {
    float shares[count + WIDE], most = -INFINITY, scale = 1 / sqrtf((float)head);
    for (int64_t place = 0; place < count; place++) {
        __m256 dot = _mm256_setzero_ps();
        for (int64_t i = 0; i < head; i += WIDE)
            dot = _mm256_fmadd_ps(_mm256_loadu_ps(query + i),
                                  _mm256_loadu_ps(keys + place * head + i), dot);
        shares[place] = sum(dot) * scale;
        most = shares[place] > most ? shares[place] : most;
    }
    float total = 0;
    for (int64_t place = 0; place < count; place += WIDE) {
        __m256 less = _mm256_sub_ps(_mm256_loadu_ps(shares + place), _mm256_set1_ps(most));
        _mm256_storeu_ps(shares + place, exponential(less));
    }
    for (int64_t place = 0; place < count; place++)
        total += shares[place];
    for (int64_t place = 0; place < count; place++)
        shares[place] /= total;
    int64_t i = 0;
    for (; i + GATHERED * WIDE <= head; i += GATHERED * WIDE)
        gather(GATHERED, shares, values + i, count, head, seen + i);
    for (; i < head; i += WIDE)
        gather(1, shares, values + i, count, head, seen + i);
}

/* Put a row's keys and values of a group in their place, and let its queries look. */
static void attend(const Cache *c, int64_t layer, int64_t row, int64_t group, int64_t at,
                   const float *mixed, const float *cosines, const float *sines, float *seen) {
    int64_t size = c->places * c->head, each = c->heads / c->groups;
    float *keys = c->kept + (2 * layer * c->rows * c->groups + row * c->groups + group) * size;
    float *values = keys + c->rows * c->groups * size;
    turn(mixed + (c->heads + group) * c->head, cosines, sines, c->head, keys + at * c->head);
    memcpy(values + at * c->head, mixed + (c->heads + c->groups + group) * c->head,
           (size_t)c->head * sizeof(float));
    for (int64_t head = group * each; head < (group + 1) * each; head++) {
        float query[c->head];
        turn(mixed + head * c->head, cosines, sines, c->head, query);
        look(query, keys, values, at + 1, c->head, seen + head * c->head);
    }
}

/* Gate the upper half of a row with the lower one, silu(gate) · up, in the place of the gate. */
AVX2 static void gate(float *row, int64_t size) {
    for (int64_t i = 0; i < size; i += WIDE) {
        __m256 v = _mm256_loadu_ps(row + i), up = _mm256_loadu_ps(row + size + i);
        __m256 below = exponential(_mm256_sub_ps(_mm256_setzero_ps(), v));
        v = _mm256_div_ps(v, _mm256_add_ps(below, _mm256_set1_ps(1)));
        _mm256_storeu_ps(row + i, _mm256_mul_ps(v, up));
    }
}

/* Take states (n, hidden) of one token in each of the first n rows through layers `first` to before
   `last`. Each stands at place `at` (n,) of its row; `cosines` and `sines` (n, head) turn it.
   Return whether there was memory for it. */
int layers(const Layer *all, int64_t first, int64_t last, const Cache *c, int64_t n,
           const int64_t *at, const float *cosines, const float *sines, float *states, int threads) {
    int64_t hidden = all->qkv.in, wide = all->qkv.out, inner = all->down.in;
    int64_t broad = wide > 2 * inner ? wide : 2 * inner;
    float *between = malloc((size_t)(n * broad) * sizeof(float));
    float *seen = malloc((size_t)(n * hidden) * sizeof(float));
    Rounded whole;
    int enough = rounded(n, hidden > inner ? hidden : inner, &whole) && between && seen;
    if (enough) {
#pragma omp parallel num_threads(threads)
        for (int64_t number = first; number < last; number++) {
            const Layer *layer = all + number;
            round_rows(&layer->qkv, states, n, whole);
            multiply(&layer->qkv, whole, n, 0, between);
#pragma omp for collapse(2) schedule(static)
            for (int64_t r = 0; r < n; r++)
                for (int64_t group = 0; group < c->groups; group++)
                    attend(c, number, r, group, at[r], between + r * wide, cosines + r * c->head,
                           sines + r * c->head, seen + r * hidden);
            round_rows(&layer->out, seen, n, whole);
            multiply(&layer->out, whole, n, 1, states);
            round_rows(&layer->gate_up, states, n, whole);
            multiply(&layer->gate_up, whole, n, 0, between);
#pragma omp for schedule(static)
            for (int64_t r = 0; r < n; r++) {
                float *row = between + 2 * r * inner;
                gate(row, inner);
                whole.units[r] = round_row(&layer->down, row, whole.whole + r * inner);
            }
            multiply(&layer->down, whole, n, 1, states);
        }
    }
    forget(whole);
    free(between);
    free(seen);
    return enough;
}
