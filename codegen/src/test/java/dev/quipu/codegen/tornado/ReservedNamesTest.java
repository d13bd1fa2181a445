package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReservedNamesTest {
    @ParameterizedTest
    @CsvSource({
        // OpenCL C, CUDA C and PTX know them
        "round, round_",
        "half, half_",
        "dot, dot_",
        "kernel, kernel_",
        "softmax, softmax",
        "expf, expf_",
        "float4, float4_",
        "global, global_",
        "threadIdx, threadIdx_",
        "mad, mad_",
        "size_t, size_t_",
        "get_group_id, qget_group_id_",
        "__syncthreads, q__syncthreads_",
        "FLT_MAX, qFLT_MAX_",
        "div, div_",
        "select, select_",
        "step, step_",
        "log, log_",
        // TornadoVM's own variables
        "i_3, i_3_",
        "adf_2, adf_2_",
        "rfi3, rfi3_",
        "_kernel_context, q_kernel_context_",
        "ul_11, ul_11_",
        "v4f_2, v4f_2_",
        "kernel_context, kernel_context_",
        // parameters of every method
        "entry, entry_",
        "context, context_",
        // ours
        "arena, arena",
        "sum_2, sum_2",
        "tokens, tokens",
        "layers_attention_norm_rms_norm, layers_attention_norm_rms_norm",
        "head, head",
    })
    void aReservedNameBecomesOneLikeIt(String wanted, String given) {
        assertEquals(given, ReservedNames.safe(wanted));
        assertFalse(ReservedNames.isReserved(given));
    }
}
