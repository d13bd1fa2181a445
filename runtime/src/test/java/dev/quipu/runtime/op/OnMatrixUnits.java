package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.runtime.tornado.EmulatorDevice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of attention of bf16 on matrix units, by the emulator. */
abstract class OnMatrixUnits {
    /** What rounding changes a weight by at most: bf16 has 8 binary places, so half a unit of the last is 1/256 of a power of two. */
    static final double ROUNDING = 1.0 / 256;

    static EmulatorDevice device;

    @BeforeAll
    static void open() {
        device = new EmulatorDevice(Products.GENERATED, GpuTarget.MATRICES);
    }

    @AfterAll
    static void close() {
        device.close();
    }

    /** Kernels use the units where they are, and there alone. */
    static void assertUsesThem(Example example) {
        assertTrue(MatrixAttentionCase.source(example, GpuTarget.MATRICES).contains("mmaBF16"));
        assertFalse(MatrixAttentionCase.source(example, GpuTarget.ANY).contains("mma"));
    }
}
