package dev.quipu.runtime.parity;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compares a model with reference values from a safetensors file: {@code input_ids} and {@code targets} i64[batch, sequence],
 * {@code logits}, {@code loss} (mean over all targets), and {@code grad.NAME} for every weight by its name in the weight file.
 */
public final class Parity {
    private final Model model;
    private final State state;
    private final Device device;
    private final Compiler compiler;

    /** @param state the model's weights; gradients are added to it */
    public Parity(Model model, State state, Device device, Compiler compiler) {
        this.model = model;
        this.state = state;
        this.device = device;
        this.compiler = compiler;
    }

    /**
     * Runs the case.
     *
     * @return a difference for the logits, the loss and every gradient
     * @throws QuipuException if the file is not a case for this model
     */
    public List<Difference> compare(Path file) {
        try (SafetensorsFile reference = SafetensorsFile.open(file)) {
            StoredTensor ids = reference.tensor("input_ids");
            if (ids.shape().size() != 2) {
                throw QuipuException.of("[batch, sequence]", ids.shape().toString(), file + ": tensor input_ids", "");
            }
            int batch = Math.toIntExact(ids.shape().get(0));
            int sequence = Math.toIntExact(ids.shape().get(1));
            List<Difference> differences = new ArrayList<>();
            try (Executable logits =
                    device.load(compiler.logits(model, batch, sequence).scheduled(), state)) {
                fill(logits.input(Traced.TOKENS), ids);
                logits.run();
                differences.add(difference("logits", reference, logits.result(Traced.LOGITS)));
            }
            try (Executable gradient =
                    device.load(compiler.gradient(model, batch, sequence).scheduled(), state)) {
                differences.addAll(gradients(gradient, reference, ids));
            }
            return differences;
        }
    }

    private List<Difference> gradients(Executable program, SafetensorsFile reference, StoredTensor ids) {
        Map<String, String> names = ModelWeights.tensorNames(model);
        names.keySet().stream()
                .map(Differentiated::gradientOf)
                .filter(state::contains)
                .forEach(name -> state.get(name).clear());
        fill(program.input(Traced.TOKENS), ids);
        fill(program.input(Traced.TARGETS), reference.tensor("targets"));
        program.input(Traced.SCALE).setFloat(0, 1f / ids.elements());
        program.run();
        List<Difference> differences = new ArrayList<>();
        differences.add(difference("loss", reference, program.result(Traced.LOSS)));
        names.forEach((parameter, name) -> {
            String gradient = Differentiated.gradientOf(parameter);
            if (state.contains(gradient)) {
                differences.add(difference("grad." + name, reference, state.read(gradient)));
            }
        });
        return differences;
    }

    private static void fill(Buffer buffer, StoredTensor ids) {
        long[] values = ids.toLongs();
        if (values.length != buffer.length()) {
            throw QuipuException.of(buffer.length() + " ids", values.length + " ids", "tensor " + ids.name(), "");
        }
        for (int i = 0; i < values.length; i++) {
            buffer.setInt(i, Math.toIntExact(values[i]));
        }
    }

    private static Difference difference(String name, SafetensorsFile reference, Buffer found) {
        StoredTensor expected = reference.tensor(name);
        if (expected.elements() != found.length()) {
            throw QuipuException.of(
                    found.length() + " elements",
                    "shape " + expected.shape(),
                    "tensor " + name,
                    "the case belongs to another model");
        }
        return Difference.of(name, expected.toFloats(), found.toFloats());
    }
}
