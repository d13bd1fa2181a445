package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.compare;
import static dev.quipu.codegen.gpu.GpuForms.max;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * Which keys queries see: those up to their own place, inside the window, of their document. A query's keys are a range that
 * ends with its own and never begins before the range of the query before it, so the keys that a tile of queries sees are one
 * range too: from the first query's first to the last query's last.
 *
 * @param startsBuffer number of the buffer of first keys; used only if the launch has one
 * @param position place of query 0 among the keys
 */
record AttentionMask(AttentionPlaces places, Memories memories, int startsBuffer, Value position) {
    private AttentionLaunch launch() {
        return places.launch();
    }

    /** Whether some queries see no key of the first ones. */
    boolean hasOldest() {
        return launch().window() > 0 || launch().starts();
    }

    /** The first key that a query sees. */
    Value oldest(Value query) {
        Value oldest = integer(0);
        if (launch().window() > 0) {
            oldest = max(oldest, minus(plus(position, query), integer(launch().window() - 1L)));
        }
        if (launch().starts()) {
            Value start = start(query);
            oldest = launch().window() > 0 ? max(oldest, start) : start;
        }
        return oldest;
    }

    /** The first key of a query's document. */
    Value start(Value query) {
        return memories.load(startsBuffer, places.row(query));
    }

    /** Behind the last key that is seen by queries before {@code queryEnd}. */
    Value end(Value queryEnd) {
        boolean cached = launch().kind() == AttentionLaunch.Kind.CACHED;
        return cached ? min(plus(position, queryEnd), integer(launch().keys())) : queryEnd;
    }

    /** The ranges of an item's queries, in variables. */
    Rows rows(Emitter body, Value first, Spread spread, int tile) {
        List<Value> queries = new ArrayList<>();
        List<Value> oldest = new ArrayList<>();
        List<Value> newest = new ArrayList<>();
        boolean ragged = launch().queries() % tile != 0;
        Value last = integer(launch().queries() - 1L);
        for (int i = 0; i < spread.rows(); i++) {
            Value.Variable query = body.let("query" + i, plus(first, spread.row(i)));
            Value there = ragged ? body.let("there" + i, min(query, last)) : query;
            queries.add(there);
            Value seen = minus(end(plus(there, 1)), integer(1));
            Value none = integer(-1);
            Value newestOrNone =
                    ragged ? new Value.Select(compare(query, Comparison.LESS_OR_EQUAL, last), seen, none) : seen;
            newest.add(body.let("newest" + i, newestOrNone));
            oldest.add(hasOldest() ? body.let("oldest" + i, oldest(there)) : integer(0));
        }
        return new Rows(queries, oldest, newest, hasOldest());
    }

    /**
     * What an item's queries see.
     *
     * @param queries numbers of queries; those behind the last are the last
     * @param oldest the first keys
     * @param newest the last keys; -1 for queries that are not there
     */
    record Rows(List<Value> queries, List<Value> oldest, List<Value> newest, boolean hasOldest) {
        /** A value where a query sees a key, else another. */
        Value seen(int row, Value key, Value value, Value otherwise) {
            Value late = hasOldest
                    ? new Value.Select(compare(key, Comparison.GREATER_OR_EQUAL, oldest.get(row)), value, otherwise)
                    : value;
            return new Value.Select(compare(key, Comparison.LESS_OR_EQUAL, newest.get(row)), late, otherwise);
        }
    }
}
