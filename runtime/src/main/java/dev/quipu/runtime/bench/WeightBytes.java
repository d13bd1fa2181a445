package dev.quipu.runtime.bench;

import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.ReadState;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights that a program must read, once each; caches are none.
 *
 * @param whole bytes of those that are read as a whole, however many tokens there are
 * @param row bytes that each token looks up in tables of which nothing else is read
 */
record WeightBytes(long whole, long row) {
    static WeightBytes of(Scheduled scheduled) {
        Map<Tensor, List<Node>> readers = scheduled.graph().readers();
        Set<String> wholes = new HashSet<>();
        Set<String> rows = new HashSet<>();
        long whole = 0;
        long row = 0;
        for (Node node : scheduled.graph().nodes()) {
            if (node.op() instanceof ReadState read && !Incremental.isCache(read.state())) {
                boolean lookedUp = readers.getOrDefault(node.output(0), List.of()).stream()
                        .allMatch(reader -> reader.op() instanceof Embedding);
                if (lookedUp && rows.add(read.state())) {
                    row += read.type().bytes() / read.type().shape().size(0);
                } else if (!lookedUp && wholes.add(read.state())) {
                    whole += read.type().bytes();
                }
            }
        }
        return new WeightBytes(whole, row);
    }

    /** Bytes that a token of each of some sequences takes together. */
    long ofStep(int sequences) {
        return whole + sequences * row;
    }
}
