/*
 * What of cuBLAS's interface Quipu calls, in the host's memory: column-major products as cuBLAS documents them, and a record of
 * the last call. Streams and handles are numbers that are kept.
 */
#include <stdint.h>
#include <string.h>

enum { F32 = 0, BF16 = 14 };

int64_t last_call[8]; /* handle, stream, batch, compute type, algorithm, calls, handles that are open, bad arguments */
static struct { int64_t stream; } handles[4];

int cublasCreate_v2(void **handle) {
    if (last_call[6] == 4) return 3;
    *handle = &handles[last_call[6]++];
    return 0;
}

int cublasDestroy_v2(void *handle) {
    last_call[6]--;
    return handle == 0;
}

int cublasSetStream_v2(void *handle, void *stream) {
    ((int64_t *) handle)[0] = (int64_t) stream;
    return 0;
}

static float get(const char *at, int type, int64_t i) {
    uint32_t bits = 0;
    float value;
    if (type == F32) memcpy(&bits, at + 4 * i, 4);
    if (type == BF16) { uint16_t half; memcpy(&half, at + 2 * i, 2); bits = (uint32_t) half << 16; }
    memcpy(&value, &bits, 4);
    return value;
}

static void set(char *at, int type, int64_t i, float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    if (type == F32) memcpy(at + 4 * i, &bits, 4);
    if (type == BF16) { uint16_t half = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16; memcpy(at + 2 * i, &half, 2); }
}

int cublasGemmStridedBatchedEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha, const void *a,
        int atype, int lda, long long stridea, const void *b, int btype, int ldb, long long strideb, const void *beta, void *c,
        int ctype, int ldc, long long stridec, int batch, int compute, int algorithm) {
    /* the documented bounds of leading dimensions, and combinations of types */
    int bad = lda < (transa ? k : m) || ldb < (transb ? n : k) || ldc < m || atype != btype
            || (ctype != F32 && ctype != atype) || (compute == 77 && atype != F32) || (compute != 68 && compute != 77);
    int64_t call[] = {(int64_t) handle, ((int64_t *) handle)[0], batch, compute, algorithm, last_call[5] + 1, last_call[6], bad};
    memcpy(last_call, call, sizeof call);
    if (bad) return 7;
    for (int64_t i = 0; i < batch; i++)
        for (int64_t column = 0; column < n; column++)
            for (int64_t row = 0; row < m; row++) {
                double sum = 0;
                for (int64_t d = 0; d < k; d++)
                    sum += (double) get(a, atype, i * stridea + (transa ? row * lda + d : d * lda + row))
                            * get(b, btype, i * strideb + (transb ? d * ldb + column : column * ldb + d));
                int64_t place = i * stridec + column * ldc + row;
                float old = *(const float *) beta == 0 ? 0 : *(const float *) beta * get(c, ctype, place);
                set(c, ctype, place, (float) (*(const float *) alpha * sum + old));
            }
    return 0;
}

int cublasGemmEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha, const void *a, int atype, int lda,
        const void *b, int btype, int ldb, const void *beta, void *c, int ctype, int ldc, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, a, atype, lda, 0, b, btype, ldb, 0, beta, c, ctype,
            ldc, 0, 1, compute, algorithm);
}
