package dev.quipu.runtime.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.devices.Devices;
import dev.quipu.runtime.model.OwnModel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {
    private static final int[] TOKENS = {3, 1, 4, 1, 5};

    private static State state(Model model) {
        State state = new State();
        state.initialise(Trace.parameters(model), 7);
        return state;
    }

    /** A square root at zero: finite forward, not backward. */
    record Root(Embedding embedding, Linear output) implements Model {
        Root() {
            this(
                    Embedding.of(new Dim("vocabulary", 7), new Dim("channel", 3), 0.02),
                    Linear.of(new Dim("channel", 3), new Dim("vocabulary", 7), 0.02));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return output.apply(Tensor.formula("sqrt(x * x)", embedding.apply(tokens)));
        }

        @Override
        public int vocabularySize() {
            return 7;
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    private static Llama llama() {
        return Llama.of(LlamaConfig.of(8, 2, 2, 12, 20, 16));
    }

    @Test
    void namesAreUniqueAndTheSameInBothPasses() {
        Llama model = llama();
        try (State state = state(model)) {
            List<String> forward = names(Probe.forward(model, state, TOKENS));
            List<String> both = names(Probe.gradient(model, state, TOKENS));
            assertEquals(new HashSet<>(both).size(), both.size());
            List<String> logits = forward.subList(1, forward.size());
            assertEquals(logits, both.stream().filter(logits::contains).toList());
            assertTrue(both.contains("layers.1.attention.wq.matMul.gradient"), both.toString());
            for (String parameter : Trace.parameters(model).keySet()) {
                assertTrue(both.contains(parameter) && both.contains(parameter + ".gradient"), parameter);
            }
        }
    }

    private static List<String> names(Probe probe) {
        return probe.tensors().stream().map(ProbedTensor::name).toList();
    }

    /** Of the mean cross entropy: softmax of the logits less one at the target, over the number of targets; none at the last. */
    @Test
    void gradientsAreThoseOfTheMeanLoss() {
        Model model = new OwnModel();
        try (State state = state(model)) {
            Probe probe = Probe.gradient(model, state, TOKENS);
            Array logits = probe.tensor("output.matMul").value();
            Array gradient = probe.tensor("output.matMul.gradient").value();
            Array hidden = probe.tensor("embedding.embedding").value();
            double[] weight = new double[258 * 4];
            for (int row = 0; row < TOKENS.length; row++) {
                double sum = 0;
                for (int token = 0; token < 258; token++) {
                    sum += Math.exp(logits.get(row * 258 + token));
                }
                for (int token = 0; token < 258; token++) {
                    boolean last = row == TOKENS.length - 1;
                    double target = !last && TOKENS[row + 1] == token ? 1 : 0;
                    double expected = last ? 0 : (Math.exp(logits.get(row * 258 + token)) / sum - target) / 4;
                    assertEquals(expected, gradient.get(row * 258 + token), 1e-12);
                    for (int channel = 0; channel < 4; channel++) {
                        weight[token * 4 + channel] += expected * hidden.get(row * 4 + channel);
                    }
                }
            }
            for (int place = 0; place < weight.length; place++) {
                assertEquals(
                        weight[place],
                        probe.tensor("output.weight.gradient").value().get(place),
                        1e-12);
            }
        }
    }

    @Test
    void findsTheFirstValueThatIsNotFiniteInEachPass() {
        Model model = new Root();
        try (State state = state(model)) {
            assertTrue(Probe.gradient(model, state, 1, 2, 3).firstNotFinite().isEmpty());

            state.get("embedding.weight").setFloat(2 * 3 + 1, 0);
            ProbedTensor backward =
                    Probe.gradient(model, state, 1, 2, 3).firstNotFinite().orElseThrow();
            assertEquals(Site.Pass.BACKWARD, backward.site().pass());
            assertTrue(backward.line().startsWith("ProbeTest.java:"), backward.line());
            assertEquals("[0, 1, 1]", backward.firstNotFinite().orElseThrow().index());
            assertTrue(Probe.forward(model, state, 1, 2, 3).firstNotFinite().isEmpty());

            state.get("output.weight").setFloat(4 * 3 + 2, Float.NaN);
            Probe both = Probe.gradient(model, state, 1, 2, 3);
            assertEquals("output.weight", both.firstNotFinite().orElseThrow().name());
            assertEquals(
                    "NaN at [4, 2]",
                    both.firstNotFinite(Site.Pass.FORWARD)
                            .orElseThrow()
                            .firstNotFinite()
                            .orElseThrow()
                            .toString());
            ProbedTensor spoilt = both.firstNotFinite(Site.Pass.BACKWARD).orElseThrow();
            assertEquals(Site.Pass.BACKWARD, spoilt.site().pass());
            assertEquals("output.matMul.gradient", spoilt.name());
        }
    }

    /** A function of its own, whose inside no device has. */
    record Capped(Embedding embedding, Linear output) implements Model {
        private static final Custom CAP = Custom.of(
                "cap",
                inputs -> Tensor.formula("3 * tanh(x / 3)", inputs.getFirst()),
                (inputs, output, gradient) -> List.of(Tensor.formula("gradient * (1 - y * y / 9)", gradient, output)));

        Capped() {
            this(new Root().embedding(), new Root().output());
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return CAP.apply(output.apply(embedding.apply(tokens)));
        }

        @Override
        public int vocabularySize() {
            return 7;
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    static Stream<Arguments> onDevices() {
        return Stream.of("jvm", "emulator")
                .flatMap(device -> Stream.of(llama(), new OwnModel(), new Capped())
                        .flatMap(model -> Stream.of(
                                        ProbedPass.forward(model, TOKENS), ProbedPass.gradient(model, TOKENS))
                                .map(pass -> Arguments.of(device, model, pass))));
    }

    /** All tensors are stored at once, so that none of them is hidden in a kernel. */
    @ParameterizedTest
    @MethodSource("onDevices")
    void aDeviceComputesWhatTheReferenceDoes(String name, Model model, ProbedPass pass) {
        try (Device device = Devices.open(name, OptionalInt.empty());
                State state = state(model)) {
            Probe expected = pass.interpret(state);
            Probe found = pass.on(device, Precision.F32, state, tensor -> true);
            Comparison comparison = expected.compare(found);
            assertEquals(pass.names(), names(expected));
            assertEquals(List.of(), comparison.onlyRight());
            Set<String> inside = model instanceof Capped
                    ? Set.of("0", "1", "2", "pointwise", "pointwise.2", "pointwise.backward")
                    : Set.of();
            assertTrue(
                    inside.containsAll(comparison.onlyLeft()),
                    () -> comparison.onlyLeft().toString());
            assertEquals(
                    names(found),
                    comparison.tensors().stream().map(TensorDifference::name).toList());
            assertEquals(Optional.empty(), comparison.firstBeyond(1e-5));
            assertTrue(comparison.firstBeyond(1e-12).isPresent(), "computed in single precision");
        }
    }

    @Test
    void aDeviceComputesWhatIsWanted() {
        Model model = llama();
        Predicate<String> wanted = new Glob("layers.1.feedForward.*")::matches;
        try (Device device = Devices.open("jvm", OptionalInt.empty());
                State state = state(model)) {
            ProbedPass pass = ProbedPass.gradient(model, TOKENS);
            Probe probe = pass.on(device, Precision.F32, state, wanted);
            assertEquals(pass.names().stream().filter(wanted).toList(), names(probe));
            Probe weights = pass.on(device, Precision.F32, state, "norm.weight"::equals);
            assertTrue(weights.compare(pass.interpret(state))
                    .select("norm.weight"::equals)
                    .isEqual());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "emulator"})
    void aDevicesValuesThatAreNotFiniteAreFound(String name) {
        Model model = llama();
        try (Device device = Devices.open(name, OptionalInt.empty());
                State state = state(model)) {
            ProbedPass pass = ProbedPass.gradient(model, TOKENS);
            state.get("layers.1.feedForwardNorm.weight").setFloat(2, Float.NaN);
            Probe expected = pass.interpret(state);
            Probe found = pass.on(device, Precision.F32, state, tensor -> !tensor.endsWith(".weight"));
            ProbedTensor first = found.firstNotFinite().orElseThrow();
            assertEquals("layers.1.feedForwardNorm.rmsNorm", first.name());
            assertEquals(expected.tensor(first.name()).firstNotFinite(), first.firstNotFinite());
            TensorDifference same = expected.compare(found).tensors().stream()
                    .filter(difference -> difference.name().equals(first.name()))
                    .findFirst()
                    .orElseThrow();
            assertTrue(same.isWithin(1e-5), same::toString);
        }
    }

    @Test
    void precisionsAreTheDevices() {
        Model model = llama();
        ProbedPass pass = ProbedPass.forward(model, TOKENS);
        try (Device emulator = Devices.open("emulator", OptionalInt.empty());
                Device reference = Devices.open("reference", OptionalInt.empty());
                State state = state(model);
                State other = state(model)) {
            Probe exact = pass.on(reference, Precision.TF32, state, tensor -> true);
            assertTrue(exact.compare(pass.interpret(state)).isEqual());
            Probe rounded = pass.on(reference, Precision.BF16, state, tensor -> true);
            assertTrue(exact.compare(rounded).firstBeyond(1e-4).isPresent());
            Probe found = pass.on(emulator, Precision.BF16, other, tensor -> true);
            assertEquals(Optional.empty(), rounded.compare(found).firstBeyond(1e-4));
            assertThrows(QuipuException.class, () -> pass.on(emulator, Precision.TF32, other, tensor -> true));
        }
    }

    @Test
    void refusesWhatHasNoGradient() {
        Model model = new OwnModel();
        try (State state = state(model)) {
            assertThrows(QuipuException.class, () -> Probe.gradient(model, state, 1));
            String message = assertThrows(
                            QuipuException.class,
                            () -> Probe.forward(model, state, 1).tensor("output.matmul"))
                    .getMessage();
            assertTrue(message.endsWith("did you mean output.matMul?"), message);
        }
    }

    /** Of a weight of four ones, the rest zeros, and the same with one element changed. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, '[0, 0]', 0, 1",
        "5, 0.5, 0.5, '[1, 1]', 0.25, 1.0307764064044151",
        "3, 0.25, 0.75, '[0, 3]', 0.375, 0.875",
        "0, NaN, Infinity, '[0, 0]', Infinity, NaN"
    })
    void measuresDifferences(int place, float value, double largest, String index, double relative, double ratio) {
        Model model = new OwnModel();
        try (State one = state(model);
                State other = state(model)) {
            fill(one);
            fill(other);
            other.get("output.weight").setFloat(place, value);
            Comparison comparison = Comparison.of(one, other);
            TensorDifference difference = comparison.tensors().stream()
                    .filter(found -> found.name().equals("output.weight"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(largest == 0, comparison.isEqual());
            assertEquals(largest == 0 ? 0 : 1, difference.different());
            assertEquals(largest, difference.largest());
            assertEquals(index, difference.index());
            assertEquals(value, difference.right());
            assertEquals(relative, difference.relative());
            assertEquals(ratio, difference.normRatio(), 1e-15);
        }
    }

    private static void fill(State state) {
        for (int i = 0; i < 258 * 4; i++) {
            state.get("output.weight").setFloat(i, i < 4 ? 1 : 0);
        }
    }

    @Test
    void comparesPasses() {
        Model model = new OwnModel();
        try (State one = state(model);
                State other = state(model)) {
            Probe first = Probe.gradient(model, one, TOKENS);
            assertTrue(first.compare(Probe.gradient(model, other, TOKENS)).isEqual());
            other.get("embedding.weight").setFloat(4 * 4 + 1, 3);
            Comparison changed = first.compare(Probe.gradient(model, other, TOKENS));
            TensorDifference hidden = changed.tensors().stream()
                    .filter(difference -> !difference.isEqual())
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            assertEquals("embedding.embedding", hidden.name());
            assertEquals(
                    "embedding.weight", changed.firstBeyond(1e-4).orElseThrow().name());
            assertEquals(
                    hidden,
                    changed.select(name -> !name.endsWith(".weight"))
                            .firstBeyond(1e-4)
                            .orElseThrow());
            assertEquals(Optional.empty(), changed.firstBeyond(1e9));
            assertEquals("[0, 2, 1]", hidden.index());
            assertEquals(3, hidden.right());
            Comparison passes = first.compare(Probe.forward(model, other, TOKENS));
            assertFalse(passes.onlyLeft().isEmpty());
            assertEquals(List.of(), passes.onlyRight());
        }
    }

    @Test
    void comparesModelsOfOtherShapes() {
        try (State one = state(new OwnModel());
                State other = state(new Root())) {
            Comparison comparison = Comparison.of(one, other);
            assertEquals(
                    List.of("embedding.weight", "output.weight"),
                    comparison.reshaped().stream()
                            .map(Comparison.Reshaped::name)
                            .toList());
            assertEquals(List.of(), comparison.tensors());
            assertFalse(comparison.isEqual());
            assertEquals(
                    List.of("output.weight"),
                    comparison.select(name -> name.startsWith("output")).names());
        }
    }
}
