package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels with one mistake each: it is found, at its line, and nothing else is. A race has two lines. */
class PlantedFaultsTest {
    private static final String SUM_IN_LOCAL_MEMORY = """
        float[] shared = context.allocateFloatLocalArray(8);
        shared[item] = input.get(place);
        context.localBarrier();
        for (int half = 4; half > 0; half /= 2) {
            if (item < half) {
                shared[item] += shared[item + half];
            }
            context.localBarrier();
        }
        output.set(place, shared[0] + input.get(place));
        """;

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(
                        "global read one too far",
                        FaultKind.OUT_OF_BOUNDS,
                        "input[32]",
                        "output.set(place, input.get(place + 1)); // here"),
                arguments(
                        "global write one too far",
                        FaultKind.OUT_OF_BOUNDS,
                        "output[32]",
                        "output.set(place + 1, input.get(place)); // here"),
                arguments(
                        "global read in front of the array",
                        FaultKind.OUT_OF_BOUNDS,
                        "index[-1]",
                        "output.set(place, index.get(place - 1)); // here"),
                arguments(
                        "local read one too far",
                        FaultKind.OUT_OF_BOUNDS,
                        "shared[8]",
                        SUM_IN_LOCAL_MEMORY.replace("shared[0] + input.get(place));", "shared[8]); // here")),
                arguments("local write one too far", FaultKind.OUT_OF_BOUNDS, "shared[8]", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    shared[item + 1] = input.get(place); // here
                    context.localBarrier();
                    output.set(place, shared[item % 7 + 1]);
                    """),
                arguments("private write one too far", FaultKind.OUT_OF_BOUNDS, "own[4]", """
                    float[] own = new float[4];
                    for (int i = 0; i <= 4; i++) {
                        own[i] = input.get(place); // here
                    }
                    output.set(place, own[3]);
                    """),
                arguments("private read one too far, whole numbers", FaultKind.OUT_OF_BOUNDS, "counts[2]", """
                    int[] counts = new int[2];
                    counts[0] = index.get(place);
                    counts[1] = item;
                    output.set(place, counts[0] + counts[2]); // here
                    """),
                arguments(
                        "global memory never written",
                        FaultKind.UNWRITTEN,
                        "output[",
                        "output.set(place, output.get(place) + input.get(place)); // here"),
                arguments(
                        "host memory never transferred",
                        FaultKind.UNWRITTEN,
                        "iteration[0]",
                        "output.set(place, iteration.get(0)); // here"),
                arguments("local slot never written", FaultKind.UNWRITTEN, "shared[0]", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    if (item > 0) {
                        shared[item] = input.get(place);
                    }
                    context.localBarrier();
                    output.set(place, shared[7 - item]); // here
                    """),
                arguments("local memory of the group before", FaultKind.UNWRITTEN, "shared[", """
                    int[] shared = context.allocateIntLocalArray(8);
                    if (group == 0) {
                        shared[item] = index.get(place);
                    }
                    context.localBarrier();
                    output.set(place, shared[item]); // here
                    """),
                arguments("private slot never written", FaultKind.UNWRITTEN, "own[0]", """
                    float[] own = new float[2];
                    own[1] = input.get(place);
                    own[0] += own[1]; // here
                    output.set(place, own[0]);
                    """),
                arguments(
                        "missing barrier behind the first writes",
                        FaultKind.RACE,
                        "shared[",
                        SUM_IN_LOCAL_MEMORY
                                .replaceFirst(
                                        "input.get\\(place\\);\ncontext.localBarrier\\(\\);",
                                        "input.get(place); // here")
                                .replace("+ half];", "+ half]; // here")),
                arguments("missing barrier in the tree", FaultKind.RACE, "shared[", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    shared[item] = input.get(place);
                    context.localBarrier();
                    for (int half = 4; half > 0; half /= 2) {
                        if (item < half) {
                            shared[item] += shared[item + half]; // here
                        }
                    }
                    context.localBarrier();
                    output.set(place, shared[0]);
                    """),
                arguments("missing barrier before memory is used again", FaultKind.RACE, "shared[", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    shared[item] = input.get(place);
                    context.localBarrier();
                    float other = shared[7 - item]; // here
                    shared[item] = other; // here
                    context.localBarrier();
                    output.set(place, shared[item]);
                    """),
                arguments("the same value in one local slot", FaultKind.RACE, "flag[0]", """
                    int[] flag = context.allocateIntLocalArray(1);
                    flag[0] = 1; // here
                    context.localBarrier();
                    output.set(place, flag[0]);
                    """),
                arguments(
                        "global writes of a group",
                        FaultKind.RACE,
                        "output[",
                        "output.set(group, input.get(place)); // here"),
                arguments("global write and read in a group", FaultKind.RACE, "output[", """
                    output.set(place, input.get(place)); // here
                    if (item == 0) {
                        output.set(place, output.get(place + 3)); // here
                    }
                    """),
                arguments("global writes of groups", FaultKind.RACE, "output[0]", """
                    if (item == 0) {
                        output.set(0, input.get(place)); // here
                    }
                    """),
                arguments("global write of a group and read of another", FaultKind.RACE, "input[0]", """
                    float first = input.get(0); // here
                    context.localBarrier();
                    if (place == 0) {
                        input.set(0, first); // here
                    }
                    output.set(place, first);
                    """),
                arguments("divergent barrier", FaultKind.BARRIER, "", """
                    if (item < 4) {
                        context.localBarrier(); // here
                    }
                    output.set(place, input.get(place));
                    """),
                arguments("early end before a barrier", FaultKind.BARRIER, "", """
                    if (place >= 30) {
                        return;
                    }
                    context.localBarrier(); // here
                    output.set(place, input.get(place));
                    """),
                arguments("one more round for one work-item", FaultKind.BARRIER, "", """
                    for (int i = 0; i < 3 + item / 7; i++) {
                        context.localBarrier(); // here
                    }
                    output.set(place, input.get(place));
                    """),
                arguments("two barriers for one", FaultKind.BARRIER, "", """
                    if (item < 4) {
                        context.localBarrier(); // here
                    } else {
                        context.localBarrier();
                    }
                    output.set(place, input.get(place));
                    """),
                arguments("overflow of a product", FaultKind.OVERFLOW, "", """
                    int far = (place + 1) * 1_000_000_000; // here
                    output.set(place, far > 0 ? 1f : 2f);
                    """),
                arguments(
                        "overflow of a sum",
                        FaultKind.OVERFLOW,
                        "",
                        "output.set(place, input.get(place + Integer.MAX_VALUE - 40 - place) + 0f); // here"),
                arguments(
                        "a negative number divided",
                        FaultKind.ARITHMETIC,
                        "",
                        "output.set(place, (item - 4) / 4); // here"),
                arguments("zero as a divisor", FaultKind.ARITHMETIC, "", "output.set(place, 8 / item); // here"),
                arguments(
                        "zero as a remainder's divisor",
                        FaultKind.ARITHMETIC,
                        "",
                        "output.set(place, 8 % item); // here"),
                arguments(
                        "a negative number's remainder",
                        FaultKind.ARITHMETIC,
                        "",
                        "output.set(place, (item - 4) % 4); // here"),
                arguments(
                        "a negative number shifted",
                        FaultKind.ARITHMETIC,
                        "",
                        "output.set(place, (item - 4) >>> 1); // here"),
                arguments(
                        "overflow of a shift", FaultKind.OVERFLOW, "", "output.set(place, (item + 1) << 29); // here"),
                arguments(
                        "overflow of a negation",
                        FaultKind.OVERFLOW,
                        "",
                        "output.set(place, -(item + Integer.MIN_VALUE)); // here"),
                arguments("local memory of two sizes", FaultKind.LOCAL_MEMORY, "", """
                    float[] shared = context.allocateFloatLocalArray(item + 1); // here
                    shared[item] = input.get(place);
                    output.set(place, shared[item]);
                    """),
                arguments("local memory of two types", FaultKind.LOCAL_MEMORY, "", """
                    if (item > 3) {
                        int[] counts = context.allocateIntLocalArray(8); // here
                        counts[item] = item;
                    } else {
                        float[] numbers = context.allocateFloatLocalArray(8); // here
                        numbers[item] = input.get(place);
                    }
                    output.set(place, input.get(place));
                    """),
                arguments("more local memory than there is", FaultKind.LOCAL_MEMORY, "", """
                    float[] first = context.allocateFloatLocalArray(6144);
                    float[] second = context.allocateFloatLocalArray(6145); // here
                    first[item] = input.get(place);
                    second[item] = first[item];
                    output.set(place, second[item]);
                    """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void isFoundAtItsLine(String name, FaultKind kind, String element, String body) {
        PlantedProgram program = new PlantedProgram(body);
        List<Fault> faults = program.faults();
        Set<Integer> lines = PlantedProgram.markedLines(program.text());
        assertTrue(faults.stream().allMatch(fault -> lines.contains(fault.line())), () -> name + ": " + lines + faults);
        Fault fault = faults.stream()
                .filter(found -> found.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + ": " + faults));
        assertEquals("graph.kernel", fault.task());
        assertEquals("kernel", fault.origin().orElseThrow().method());
        assertTrue(fault.workItem().isPresent(), fault::toString);
        String found = fault.access().map(Fault.Element::toString).orElse("");
        assertTrue(found.startsWith(element), () -> "expected " + element + ", found " + fault);
    }

    @Test
    void theFirstEndsTheProgram() {
        PlantedProgram program = new PlantedProgram("output.set(place, input.get(place + 1)); // here");
        KernelFault fault = assertThrows(KernelFault.class, () -> PrintedProgram.run(program.text()));
        assertEquals(
                "access out of bounds: graph.kernel (Program.kernel, line "
                        + fault.fault().line()
                        + "), work-group 3, work-item 7, input[32]: reads past the end of 32 elements",
                fault.getMessage());
    }
}
