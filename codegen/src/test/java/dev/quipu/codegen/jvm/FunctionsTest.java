package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The primitives as generated code: their error against double precision, and the same bits for one value and for vectors. */
class FunctionsTest {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    private static final float[] ARGUMENTS = arguments();

    /** The largest errors that were measured, in units of the last place of the result, rounded up. */
    private static final Map<Primitive, Double> ULPS = Map.ofEntries(
            Map.entry(Primitive.NEGATE, 0.0),
            Map.entry(Primitive.ABS, 0.0),
            Map.entry(Primitive.SQRT, 0.5),
            Map.entry(Primitive.RSQRT, 1.5),
            Map.entry(Primitive.EXP, 1.0),
            Map.entry(Primitive.LOG, 1.0),
            Map.entry(Primitive.SIGMOID, 3.0),
            Map.entry(Primitive.SILU, 3.0),
            Map.entry(Primitive.TANH, 2.0),
            Map.entry(Primitive.ERF, 2.5),
            Map.entry(Primitive.SOFTPLUS, 2.0));

    /** The smallest float, 1.4e-45, times 104: silu multiplies an exponential that is no more exact than that. */
    private static final double NOTHING = 1.5e-43;

    private static KernelRun kernels;

    @BeforeAll
    static void compile() {
        List<Kernel> all = new ArrayList<>();
        for (Primitive primitive : Primitive.values()) {
            for (int lanes : new int[] {1, LANES}) {
                all.add(RowLowering.lower(name(primitive, lanes), program(primitive), lanes));
            }
        }
        kernels = new KernelRun(all, LANES);
    }

    private static String name(Primitive primitive, int lanes) {
        return primitive.name().toLowerCase(Locale.ROOT) + "_of_" + lanes;
    }

    private static RowProgram program(Primitive primitive) {
        Space space = new Space(List.of(), ARGUMENTS.length);
        return new RowProgram(
                space,
                List.of(
                        new Buffer(DType.F32, ARGUMENTS.length, Buffer.Use.READ),
                        new Buffer(DType.F32, ARGUMENTS.length, Buffer.Use.WRITE)),
                List.of(
                        new Step.Load("x", new Access(0, 0, List.of(), 1)),
                        new Step.Map("y", new Expression.Apply(primitive, new Expression.Name("x"))),
                        new Step.Store("y", new Access(1, 0, List.of(), 1), false)));
    }

    /** The usual range closely, every exponent, and the edges of what the functions tell apart. */
    private static float[] arguments() {
        Random random = new Random(1);
        float[] edges = {
            0,
            -0.0f,
            1,
            -1,
            0.5f,
            0.625f,
            -0.625f,
            2,
            -2,
            87.3f,
            -87.3f,
            -87.33654f,
            88.72283f,
            88.7229f,
            -88,
            -104,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            1e-20f,
            -1e-20f,
            16777217,
            1e10f,
            -1e10f
        };
        float[] arguments = new float[60_001];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch (i % 3) {
                case 0 -> 24 * (random.nextFloat() - 0.5f);
                case 1 -> 200 * (random.nextFloat() - 0.5f);
                default -> Float.intBitsToFloat(random.nextInt());
            };
        }
        System.arraycopy(edges, 0, arguments, 0, edges.length);
        return arguments;
    }

    @ParameterizedTest
    @EnumSource
    void isExactToTheStatedUlps(Primitive primitive) {
        float[] found = run(primitive, LANES);
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            double wanted = primitive.evaluate(ARGUMENTS[i]);
            double error = error(wanted, found[i]);
            float x = ARGUMENTS[i];
            float y = found[i];
            assertTrue(
                    error <= ULPS.get(primitive),
                    () -> primitive + "(" + x + ") is " + wanted + ", found " + y + ", " + error + " ulp away");
            worst = Math.max(worst, error);
        }
        assertTrue(worst >= ULPS.get(primitive) - 1, primitive + " is better than stated: " + worst + " ulp");
    }

    private static double error(double wanted, float found) {
        if (Double.isNaN(wanted) || Float.isNaN(found)) {
            return Double.isNaN(wanted) && Float.isNaN(found) ? 0 : Double.POSITIVE_INFINITY;
        }
        float rounded = (float) wanted;
        if (Float.isInfinite(rounded) || Float.isInfinite(found)) {
            return rounded == found ? 0 : Double.POSITIVE_INFINITY;
        }
        double difference = Math.abs(wanted - found);
        return difference <= NOTHING ? 0 : difference / Math.ulp(rounded);
    }

    @ParameterizedTest
    @EnumSource
    void oneValueAndVectorsHaveTheSameBits(Primitive primitive) {
        float[] single = run(primitive, 1);
        float[] vectors = run(primitive, LANES);
        for (int i = 0; i < single.length; i++) {
            int place = i;
            assertEquals(
                    Float.floatToIntBits(single[i]),
                    Float.floatToIntBits(vectors[i]),
                    () -> primitive + "(" + ARGUMENTS[place] + ")");
        }
    }

    private static float[] run(Primitive primitive, int lanes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(ARGUMENTS.length * 4L + 64, 64);
            MemorySegment y = arena.allocate(ARGUMENTS.length * 4L + 64, 64);
            MemorySegment.copy(ARGUMENTS, 0, x, ValueLayout.JAVA_FLOAT, 0, ARGUMENTS.length);
            KernelRun.runInOrder(kernels.bind(name(primitive, lanes), arena, x, y));
            return y.asSlice(0, ARGUMENTS.length * 4L).toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
