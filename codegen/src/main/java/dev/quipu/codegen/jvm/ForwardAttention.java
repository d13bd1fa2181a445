package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.atLeast;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.remainder;
import static dev.quipu.codegen.jvm.Values.same;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.jvm.AttentionAddresses.KeyHead;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Attention forward, of a whole sequence or of a chunk of queries over a cache. A part is a key head and some groups of the
 * queries that read it. It walks the keys block by block and keeps for every group the largest scores, the sums of exponentials
 * and the weighted sums of values of the blocks so far (Milakov and Gimelshein 2018; Dao et al. 2022, section 3.1).
 */
final class ForwardAttention {
    private static final Value.Variable QUERIES = variable("q", KernelType.SEGMENT);
    private static final Value.Variable KEYS = variable("k", KernelType.SEGMENT);
    private static final Value.Variable VALUES = variable("v", KernelType.SEGMENT);
    private static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable POSITION_BUFFER = variable("positionBuffer", KernelType.SEGMENT);

    private static final Value.Variable KEY_PANELS = variable("keyPanels", KernelType.SEGMENT);
    private static final Value.Variable QUERY_LINES = variable("queryLines", KernelType.ARRAY);
    private static final Value.Variable SCORES = variable("scores", KernelType.ARRAY);
    private static final Value.Variable STATE = variable("state", KernelType.ARRAY);
    private static final Value.Variable PRODUCT = variable("product", KernelType.ARRAY);

    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable PLACE = variable("place", KernelType.INT);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable KEYS_AT = variable("keysAt", KernelType.LONG);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable STATE_AT = variable("stateAt", KernelType.INT);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private static final String COPY_VALUES = "copyValues";

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionMethods methods;
    private final AttentionPasses passes;
    private final VisibleKeys visible;
    private final AttentionAddresses addresses;
    private final HeadRows valueRows;
    private final boolean statistic;
    private final boolean cached;
    private final boolean severalBlocks;

    ForwardAttention(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.methods = new AttentionMethods(geometry);
        this.passes = new AttentionPasses(geometry);
        this.visible = new VisibleKeys(geometry);
        this.addresses = new AttentionAddresses(geometry);
        this.valueRows = HeadRows.of(geometry, VALUES, KEYS_AT, geometry.keyRow(), "valueRows");
        this.cached = launch.kind() == AttentionLaunch.Kind.CACHED;
        this.statistic = !cached && launch.buffers().size() == (launch.starts() ? 6 : 5);
        this.severalBlocks = geometry.keyBlocks() > 1;
    }

    Kernel kernel(String name) {
        List<Method> all = new ArrayList<>(List.of(attend(), methods.packKeys(), methods.lines(), methods.score()));
        if (valueRows.areCopies()) {
            all.add(methods.copyRows(COPY_VALUES, geometry.keyRow()));
        }
        all.addAll(visible.methods());
        all.addAll(List.of(passes.maxima(), passes.exponentials(false), methods.weigh(valueRows)));
        if (severalBlocks) {
            all.addAll(List.of(passes.raise(), passes.exponentials(true), passes.merge()));
        }
        all.add(passes.finish(output(), statistic));
        int parts = geometry.keyHeads() * geometry.partsOfKeyHead();
        return new Kernel(
                name, List.of(), buffers(), scratch(), List.of(new Kernel.Phase("attention", parts, phase())), all);
    }

    /** How the output is stored. */
    private KernelType output() {
        return Segments.type(launch.buffers().get(buffers().indexOf(OUTPUT)));
    }

    private List<Value.Variable> buffers() {
        List<Value.Variable> buffers = new ArrayList<>(List.of(QUERIES, KEYS, VALUES));
        if (cached) {
            buffers.add(POSITION_BUFFER);
        }
        if (launch.starts()) {
            buffers.add(VisibleKeys.STARTS);
        }
        buffers.add(OUTPUT);
        if (statistic) {
            buffers.add(LOG_SUM_EXP);
        }
        return buffers;
    }

    private List<Kernel.Scratch> scratch() {
        long lines = (long) geometry.rows() * geometry.line();
        long states = (long) geometry.groupsOfPart() * geometry.group();
        List<Kernel.Scratch> scratch = new ArrayList<>(List.of(
                new Kernel.Scratch(KEY_PANELS, geometry.block(), false),
                new Kernel.Scratch(QUERY_LINES, lines, false),
                new Kernel.Scratch(SCORES, lines, false),
                new Kernel.Scratch(STATE, (severalBlocks ? states : 1) * stateSize(), false)));
        if (valueRows.areCopies()) {
            scratch.add(new Kernel.Scratch(valueRows.memory(), geometry.block(), false));
        }
        if (severalBlocks) {
            scratch.add(new Kernel.Scratch(PRODUCT, groupSize(), false));
        }
        return scratch;
    }

    /** Floats of a group's head vectors. */
    private long groupSize() {
        return (long) geometry.rows() * geometry.paddedHead();
    }

    /** Floats of a group's output and statistics. */
    private long stateSize() {
        return groupSize() + AttentionPasses.size(geometry);
    }

    /** Later queries see more keys: their parts come first, so that no worker begins a long one last. */
    private List<Statement> phase() {
        Emitter body = new Emitter();
        List.of(QUERIES, KEYS, VALUES, OUTPUT, LOG_SUM_EXP, POSITION_BUFFER, VisibleKeys.STARTS)
                .forEach(used -> body.reserve(used.name()));
        scratch().forEach(used -> body.reserve(used.variable().name()));
        body.reserve(Kernel.PART.name());
        KeyHead keyHead = addresses.keyHead(body, remainder(Kernel.PART, geometry.keyHeads()));
        int queriesOfPart = geometry.groupsOfPart() * geometry.rows();
        Value later = minus(integer(geometry.partsOfKeyHead() - 1L), divide(Kernel.PART, geometry.keyHeads()));
        Value.Variable first = body.let("first", times(later, queriesOfPart));
        Value.Variable end = body.let("end", min(plus(first, queriesOfPart), integer(launch.queries())));
        Value position = cached ? body.let("position", addresses.position(keyHead, POSITION_BUFFER)) : integer(0);
        // queries past the end of a cache are of nobody's interest, but must not read past it
        Value.Variable keys =
                body.let("keyEnd", cached ? min(plus(end, position), integer(launch.keys())) : plus(end, position));
        if (launch.starts()) {
            body.let(VisibleKeys.STARTS_AT.name(), addresses.starts(keyHead));
        }
        Value begin = integer(0);
        if (!visible.isFromTheFirst()) {
            Value oldest = visible.oldest(plus(first, position));
            begin = body.let("keyBegin", multiple(oldest, geometry.keyBlock()));
        }
        body.loop(BLOCK.name(), begin, keys, geometry.keyBlock(), (loop, block) -> {
            Value.Variable count = loop.let("keys", min(minus(keys, block), integer(geometry.keyBlock())));
            Value.Variable at = loop.let(KEYS_AT.name(), addresses.key(keyHead, block));
            call(loop, AttentionMethods.PACK_KEYS, KEYS, at, block, count, KEY_PANELS);
            if (valueRows.areCopies()) {
                call(loop, COPY_VALUES, VALUES, at, count, valueRows.memory());
            }
            loop.loop(
                    "query",
                    first,
                    end,
                    geometry.rows(),
                    (groups, query) -> heads(groups, query, first, keyHead, position));
        });
        return body.statements();
    }

    private void heads(Emitter body, Value.Variable query, Value first, KeyHead keyHead, Value position) {
        body.let(PLACE.name(), plus(query, position));
        body.let(COUNT.name(), min(minus(integer(launch.queries()), query), integer(geometry.rows())));
        body.loop("member", integer(0), integer(geometry.group()), 1, (loop, member) -> {
            Value.Variable head = loop.let("head", addresses.head(keyHead, member));
            loop.let(AT.name(), addresses.query(keyHead, head, query));
            Value group = divide(minus(query, first), geometry.rows());
            Value state = plus(times(group, geometry.group()), member);
            loop.let(STATE_AT.name(), severalBlocks ? times(state, stateSize()) : integer(0));
            if (statistic) {
                loop.let(STATISTIC_AT.name(), addresses.statistic(keyHead, head, query));
            }
            loop.add(attend().call());
        });
    }

    private Method attend() {
        List<Value.Variable> parameters = new ArrayList<>(List.of(QUERIES, OUTPUT));
        if (statistic) {
            parameters.addAll(List.of(LOG_SUM_EXP, STATISTIC_AT));
        }
        parameters.addAll(valueRows.parameters());
        parameters.addAll(List.of(KEY_PANELS, QUERY_LINES, SCORES, STATE));
        if (severalBlocks) {
            parameters.add(PRODUCT);
        }
        parameters.addAll(List.of(BLOCK, PLACE, COUNT, AT, STATE_AT));
        parameters.addAll(visible.parameters());
        String comment = "A group of queries against one block of keys; place is the first query's among the keys.";
        return Method.of("attend", comment, parameters, body -> {
            VisibleKeys.Range range = visible.of(body, BLOCK, PLACE, COUNT);
            body.when(range.some(), some -> weigh(some, range));
        });
    }

    private void weigh(Emitter body, VisibleKeys.Range range) {
        Value.Variable statistics = body.let("statisticsAt", plus(STATE_AT, groupSize()));
        call(body, AttentionMethods.LINES, QUERIES, AT, COUNT, QUERY_LINES, AttentionPasses.scale(launch));
        call(body, AttentionMethods.SCORE, QUERY_LINES, KEY_PANELS, SCORES, integer(0), range.begin(), range.end());
        visible.mask(body, SCORES, integer(0), range, BLOCK, PLACE, COUNT, AttentionPasses.MASKED);
        onFirstBlock(body, range, first -> {
            Value largest = passes.largest(statistics);
            call(first, AttentionPasses.MAXIMA, SCORES, range.begin(), range.end(), STATE, largest);
            exponentials(first, range, statistics, false);
            product(first, range, STATE, STATE_AT);
        });
        onLaterBlocks(body, range, later -> {
            Value factors = passes.factors(statistics);
            call(later, AttentionPasses.MAXIMA, SCORES, range.begin(), range.end(), STATE, factors);
            call(later, AttentionPasses.RAISE, STATE, statistics);
            exponentials(later, range, statistics, true);
            product(later, range, PRODUCT, integer(0));
            call(later, AttentionPasses.MERGE, PRODUCT, STATE, STATE_AT, statistics);
        });
        Value end = plus(PLACE, COUNT);
        body.when(atLeast(plus(BLOCK, geometry.keyBlock()), end), last -> finish(last, statistics));
    }

    private static void exponentials(Emitter body, VisibleKeys.Range range, Value statistics, boolean add) {
        String method = AttentionPasses.exponentialsName(add);
        call(body, method, SCORES, range.begin(), range.end(), STATE, statistics);
    }

    private void onFirstBlock(Emitter body, VisibleKeys.Range range, Consumer<Emitter> action) {
        if (severalBlocks) {
            body.when(same(BLOCK, oldestBlock(range)), action);
        } else {
            action.accept(body);
        }
    }

    private void onLaterBlocks(Emitter body, VisibleKeys.Range range, Consumer<Emitter> action) {
        if (severalBlocks) {
            body.when(less(oldestBlock(range), BLOCK), action);
        }
    }

    /** The first block that the group sees. */
    private Value oldestBlock(VisibleKeys.Range range) {
        return multiple(range.oldest(), geometry.keyBlock());
    }

    private void product(Emitter body, VisibleKeys.Range range, Value target, Value at) {
        Value rows = valueRows.at(range.begin());
        Value depth = minus(range.seen(), range.begin());
        call(body, AttentionMethods.WEIGH, SCORES, range.begin(), valueRows.memory(), rows, target, at, depth);
    }

    private void finish(Emitter body, Value statistics) {
        List<Value> arguments = new ArrayList<>(List.of(STATE, STATE_AT, statistics, OUTPUT, AT, COUNT));
        if (statistic) {
            arguments.addAll(List.of(LOG_SUM_EXP, STATISTIC_AT));
        }
        body.add(new Statement.Call(AttentionPasses.FINISH, arguments));
    }
}
