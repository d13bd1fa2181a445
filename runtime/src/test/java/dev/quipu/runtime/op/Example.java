package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.Graph;
import java.util.HashMap;
import java.util.Map;

/**
 * A graph with values for all that it reads.
 *
 * @param inputs by name
 * @param state before the run, by name
 */
record Example(Graph graph, Map<String, Array> inputs, Map<String, Array> state) {
    /** What a run leaves: results and the state after it, both by name. */
    record Outcome(Map<String, Array> results, Map<String, Array> state) {}

    Outcome interpret() {
        Map<String, Array> after = new HashMap<>(state);
        Map<String, Array> results = new Reference(after).run(graph, inputs);
        return new Outcome(results, after);
    }
}
