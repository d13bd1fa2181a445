package dev.quipu.runtime.onednn;

import org.junit.jupiter.api.Assumptions;

/** Whether this machine multiplies bf16. */
public final class RoundedProducts {
    private RoundedProducts() {}

    /** Skips a test, by its name, where oneDNN or the processor's instructions are missing. */
    public static void assumeHere() {
        Assumptions.assumeTrue(OneDnn.isHere(), "no oneDNN, or a processor without avx512_bf16 and amx_bf16");
    }
}
