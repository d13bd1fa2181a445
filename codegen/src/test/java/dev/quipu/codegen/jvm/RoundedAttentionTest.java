package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention whose factors are stored in bf16 gives the bits of the same numbers in f32; only its output is rounded. */
class RoundedAttentionTest {
    private static final int OUTPUT = 3;

    /** Numbers of the buffers that are factors: q, k, v, and for the gradients the output and its gradient. */
    private static Set<Integer> factors(Kind kind) {
        return kind == Kind.FORWARD ? Set.of(0, 1, 2) : Set.of(0, 1, 2, OUTPUT, 5);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 1,  7, 1, 1,  8,  0",
        "16, 2, 37, 4, 2, 20,  0",
        "16, 1, 330, 2, 1, 48, 40",
        "8,  1, 37, 2, 1, 20,  0",
        "4,  2, 37, 2, 2, 15,  5"
    })
    void computesInSinglePrecision(
            int lanes, int batch, int length, int heads, int keyHeads, int headSize, int window) {
        for (Kind kind : List.of(Kind.FORWARD, Kind.BACKWARD)) {
            AttentionLaunch exact =
                    AttentionRun.launch(kind, true, batch, length, length, heads, keyHeads, headSize, window, 0.3f);
            float[][] inputs = AttentionForwardTest.inputs(exact, kind == Kind.FORWARD ? 3 : 6);
            for (int factor : factors(kind)) {
                inputs[factor] = rounded(inputs[factor]);
            }
            List<float[]> expected = run(exact, inputs, lanes);
            Set<Integer> stored = kind == Kind.FORWARD ? Set.of(0, 1, 2, OUTPUT) : factors(kind);
            List<float[]> found = run(inBf16(exact, stored), inputs, lanes);
            if (kind == Kind.FORWARD) {
                expected.set(0, rounded(expected.getFirst()));
            }
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i), kind + ", output " + i);
            }
        }
    }

    private static float[] rounded(float[] numbers) {
        float[] rounded = numbers.clone();
        IntStream.range(0, rounded.length).forEach(i -> rounded[i] = BFloat16.round(rounded[i]));
        return rounded;
    }

    private static List<float[]> run(AttentionLaunch launch, float[][] inputs, int lanes) {
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int i = 0; i < inputs.length; i++) {
                run.set(i, inputs[i]);
            }
            run.run(1);
            List<float[]> outputs = new ArrayList<>();
            for (int i = inputs.length; i < launch.buffers().size(); i++) {
                outputs.add(run.get(i));
            }
            return outputs;
        }
    }

    private static AttentionLaunch inBf16(AttentionLaunch launch, Set<Integer> stored) {
        List<Buffer> buffers = IntStream.range(0, launch.buffers().size())
                .mapToObj(i -> {
                    Buffer buffer = launch.buffers().get(i);
                    return stored.contains(i) ? new Buffer(DType.BF16, buffer.elements(), buffer.use()) : buffer;
                })
                .toList();
        return new AttentionLaunch(
                launch.kind(),
                launch.batch(),
                launch.queries(),
                launch.keys(),
                launch.heads(),
                launch.keyHeads(),
                launch.headSize(),
                launch.window(),
                launch.starts(),
                launch.scale(),
                buffers);
    }
}
