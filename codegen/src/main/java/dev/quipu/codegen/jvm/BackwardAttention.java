package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.max;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.remainder;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.jvm.AttentionAddresses.KeyHead;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients of attention (Dao et al. 2022, section 3.2). Scores are computed again tile by tile; with P = exp(S - lse):
 *
 * <pre>
 *     dV = P^T dO      dP = dO V^T      dS = scale * P (dP - delta)      dQ = dS K      dK = dS^T Q
 * </pre>
 *
 * where delta, one number per query, is the sum of dO * O. A part is a key head: it walks blocks of keys, and for each the
 * queries that see it, strip by strip. Gradients of the block's keys and values are summed in scratch memory, those of the
 * queries in their tensor. Where there are few key heads, queries and keys have a phase each, with parts of their own, and
 * scores are computed in both.
 */
final class BackwardAttention {
    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionAddresses addresses;
    private final VisibleKeys visible;
    private final BackwardGroups groups;

    BackwardAttention(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.addresses = new AttentionAddresses(geometry);
        this.visible = new VisibleKeys(geometry);
        this.groups = new BackwardGroups(geometry);
    }

    Kernel kernel(String name) {
        List<Kernel.Phase> phases = new ArrayList<>();
        List<Method> methods = new ArrayList<>();
        int keyHeads = geometry.keyHeads();
        if (geometry.hasFewKeyHeads()) {
            phases.add(phase(BackwardTask.QUERIES, keyHeads * geometry.partsOfKeyHead()));
            phases.add(phase(BackwardTask.KEYS, keyHeads * geometry.keyBlocks()));
            methods.addAll(groups.methods(BackwardTask.QUERIES));
            methods.addAll(groups.methods(BackwardTask.KEYS));
        } else {
            phases.add(phase(BackwardTask.BOTH, keyHeads));
            methods.addAll(groups.methods(BackwardTask.BOTH));
        }
        methods.addAll(groups.shared());
        return new Kernel(name, List.of(), groups.buffers(), groups.scratch(), phases, methods);
    }

    private Kernel.Phase phase(BackwardTask task, int parts) {
        Emitter body = new Emitter();
        groups.buffers().forEach(used -> body.reserve(used.name()));
        groups.scratch().forEach(used -> body.reserve(used.variable().name()));
        body.reserve(Kernel.PART.name());
        KeyHead keyHead = addresses.keyHead(body, remainder(Kernel.PART, geometry.keyHeads()));
        Value number = divide(Kernel.PART, geometry.keyHeads());
        if (launch.starts()) {
            body.let(VisibleKeys.STARTS_AT.name(), addresses.starts(keyHead));
        }
        Value sequence = integer(launch.queries());
        switch (task) {
            case BOTH -> blocks(body, task, keyHead, new Range(integer(0), sequence), integer(0), sequence);
            case QUERIES -> {
                // the last queries see the most keys: their parts come first
                Value later = minus(integer(geometry.partsOfKeyHead() - 1L), number);
                int queries = geometry.groupsOfPart() * geometry.rows();
                Value first = body.let("first", times(later, queries));
                Value end = body.let("end", min(plus(first, queries), sequence));
                Value oldest = multiple(visible.oldest(first), geometry.keyBlock());
                blocks(body, task, keyHead, new Range(first, end), body.let("keyBegin", oldest), end);
            }
            case KEYS -> {
                Value first = body.let("keyBegin", times(number, geometry.keyBlock()));
                Value end = body.let("keyEnd", min(plus(first, geometry.keyBlock()), sequence));
                blocks(body, task, keyHead, new Range(integer(0), sequence), first, end);
            }
        }
        return new Kernel.Phase(task.phase(), parts, body.statements());
    }

    /** Queries from first until end. */
    private record Range(Value first, Value end) {}

    private void blocks(Emitter body, BackwardTask task, KeyHead keyHead, Range queries, Value keyBegin, Value keyEnd) {
        body.loop("block", keyBegin, keyEnd, geometry.keyBlock(), (loop, block) -> {
            Value.Variable keys = loop.let("keys", min(minus(keyEnd, block), integer(geometry.keyBlock())));
            Value.Variable at = loop.let("keysAt", addresses.key(keyHead, block));
            groups.beginBlock(loop, task, at, block, keys);
            Value first = queries.first() instanceof Value.Literal ? block : max(queries.first(), block);
            // whole groups: all queries of one begin in the same block
            int reach = Math.ceilDiv(launch.window() - 1, geometry.rows()) * geometry.rows();
            Value last = plus(plus(block, geometry.keyBlock()), reach);
            Value end = loop.let("queryEnd", launch.window() > 0 ? min(queries.end(), last) : queries.end());
            loop.loop("query", first, end, geometry.strip(), (some, query) -> {
                if (launch.starts()) {
                    // documents that begin behind the block see nothing of it
                    Value blockEnd = plus(block, keys);
                    some.when(less(visible.start(query), blockEnd), seen -> attend(seen, task, keyHead, query, end));
                } else {
                    attend(some, task, keyHead, query, end);
                }
            });
        });
    }

    private void attend(Emitter body, BackwardTask task, KeyHead keyHead, Value query, Value end) {
        body.let("rows", min(minus(end, query), integer(geometry.strip())));
        body.loop("member", integer(0), integer(geometry.group()), 1, (one, member) -> {
            Value.Variable head = one.let("head", addresses.head(keyHead, member));
            one.let("at", addresses.query(keyHead, head, query));
            one.let("statisticAt", addresses.statistic(keyHead, head, query));
            one.add(groups.method(task).call());
        });
    }
}
