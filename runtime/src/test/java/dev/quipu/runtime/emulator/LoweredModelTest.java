package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The programs of a whole training step, as they are lowered: nothing is wrong with them. */
class LoweredModelTest {
    private static final int VOCABULARY = 40;

    /** Grouped heads, a window, and sizes that no tile divides. */
    static final Model MODEL = Llama.of(new LlamaConfig(24, 2, 4, 2, 6, 40, VOCABULARY, 32, 1e-5, 1e4, false, 7));

    @Test
    void aGradientIsClean() {
        TornadoProgram program =
                LoweredRun.lower(new Compiler(true).gradient(MODEL, 2, 21).scheduled());
        assertEquals(List.of(), LoweredRun.faults(program, VOCABULARY));
    }

    @Test
    void anUpdateIsClean() {
        TornadoProgram program =
                LoweredRun.lower(new Compiler(true).update(MODEL, AdamW.LLAMA).scheduled());
        assertEquals(List.of(), LoweredRun.faults(program, VOCABULARY));
    }
}
