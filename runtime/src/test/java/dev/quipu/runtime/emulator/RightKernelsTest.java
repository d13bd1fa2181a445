package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels that come close to a mistake and make none: nothing is reported. */
class RightKernelsTest {
    static Stream<Arguments> kernels() {
        return Stream.of(
                arguments("one element each", "output.set(place, input.get(place));"),
                arguments("everybody reads one element", "output.set(place, input.get(0));"),
                arguments("in place", """
                    input.set(place, input.get(place) + 1f);
                    input.set(place, input.get(place) + 1f);
                    """),
                arguments("a tree in local memory", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    shared[item] = input.get(place);
                    context.localBarrier();
                    for (int half = 4; half > 0; half /= 2) {
                        if (item < half) {
                            shared[item] += shared[item + half];
                        }
                        context.localBarrier();
                    }
                    output.set(place, shared[0]);
                    """),
                arguments("local memory used again behind a barrier", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    for (int i = 0; i < 4; i++) {
                        shared[item] = input.get(place) + i;
                        context.localBarrier();
                        float other = shared[7 - item];
                        context.localBarrier();
                        shared[7 - item] = other;
                        context.localBarrier();
                    }
                    output.set(place, shared[item]);
                    """),
                arguments("global memory passed on in a group, behind a barrier", """
                    output.set(place, input.get(place));
                    context.localBarrier();
                    float other = output.get(group * 8 + 7 - item);
                    context.localBarrier();
                    output.set(place, other);
                    """),
                arguments("groups that skip the barriers together", """
                    float[] shared = context.allocateFloatLocalArray(8);
                    if (group % 2 == 0) {
                        shared[item] = input.get(place);
                        context.localBarrier();
                        output.set(place, shared[7 - item]);
                    } else {
                        output.set(place, 0f);
                    }
                    """),
                arguments("a group's first work-item alone", """
                    float[] shared = context.allocateFloatLocalArray(1);
                    if (item == 0) {
                        shared[0] = input.get(place);
                    }
                    context.localBarrier();
                    output.set(place, shared[0]);
                    """),
                arguments("private arrays", """
                    float[] own = new float[3];
                    int[] places = new int[3];
                    for (int i = 0; i < own.length; i++) {
                        places[i] = (place + i) % 32;
                        own[i] = input.get(places[i]);
                    }
                    own[0] += own[1] * own[2];
                    output.set(place, own[0]);
                    """),
                arguments("two arrays in local memory, all that there is", """
                    float[] first = context.allocateFloatLocalArray(6144);
                    int[] second = context.allocateIntLocalArray(6144);
                    first[6143 - item] = input.get(place);
                    second[item] = index.get(place);
                    context.localBarrier();
                    output.set(place, first[6136 + item] + second[7 - item]);
                    """),
                arguments("the largest whole numbers", """
                    int most = Integer.MAX_VALUE - place;
                    int least = Integer.MIN_VALUE + place;
                    output.set(place, most + place > 0 && least - place < 0 && (place << 26) >= 0 ? 1f : 0f);
                    """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void isClean(String name, String body) {
        assertEquals(List.of(), new PlantedProgram(body).faults(), name);
    }
}
