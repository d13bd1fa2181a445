package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.layer.Lora;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.State;
import java.util.Map;

/** Adapters that become part of the weights that they correct: {@code W + alpha/rank B A}. */
public final class MergedAdapters {
    private MergedAdapters() {}

    /**
     * Adds every adapter's correction to its layer's weight in the state. An element is summed in double precision and rounded
     * once. The corrections are zero afterwards, so that the model with adapters computes what it did.
     *
     * @return the model without adapters, whose parameters are in the same state
     * @throws QuipuException if the model has no adapters
     */
    public static Model of(Model model, State state) {
        Map<String, Lora> adapters = Adapters.of(model);
        if (adapters.isEmpty()) {
            throw QuipuException.of("a model with adapters", "one without", "merge", "");
        }
        adapters.forEach((path, lora) -> merge(path, lora, state));
        return Adapters.remove(model);
    }

    private static void merge(String path, Lora lora, State state) {
        Buffer weight = state.get(path + ".weight");
        Buffer down = state.read(path + ".loraDown");
        Buffer up = state.read(path + ".loraUp");
        int columns = lora.weight().shape().size(1);
        double[] row = new double[columns];
        for (int i = 0; i < lora.weight().shape().size(0); i++) {
            long start = (long) i * columns;
            for (int j = 0; j < columns; j++) {
                row[j] = weight.getFloat(start + j);
            }
            for (int k = 0; k < lora.rank(); k++) {
                double factor = lora.scale() * up.getFloat((long) i * lora.rank() + k);
                for (int j = 0; j < columns; j++) {
                    row[j] += factor * down.getFloat((long) k * columns + j);
                }
            }
            for (int j = 0; j < columns; j++) {
                weight.setFloat(start + j, (float) row[j]);
            }
        }
        up.clear();
    }
}
