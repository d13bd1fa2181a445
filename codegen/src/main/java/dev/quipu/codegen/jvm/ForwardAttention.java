package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.atLeast;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.longInteger;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.remainder;
import static dev.quipu.codegen.jvm.Values.same;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.jvm.AttentionAddresses.KeyHead;
import dev.quipu.codegen.jvm.AttentionMethods.Visible;
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
 * Attention forward, of a whole sequence or of a chunk of queries over a cache. A part is a key head and some panels of the
 * queries that read it. It walks the keys block by block and keeps for every panel the largest score, the sum of exponentials
 * and the weighted sum of values of the blocks so far (Milakov and Gimelshein 2018; Dao et al. 2022, section 3.1).
 */
final class ForwardAttention {
    private static final Value.Variable QUERIES = variable("q", KernelType.SEGMENT);
    private static final Value.Variable KEYS = variable("k", KernelType.SEGMENT);
    private static final Value.Variable VALUES = variable("v", KernelType.SEGMENT);
    private static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable POSITION_BUFFER = variable("positionBuffer", KernelType.SEGMENT);

    private static final Value.Variable KEY_PANELS = variable("keyPanels", KernelType.ARRAY);
    private static final Value.Variable VALUE_PANELS = variable("valuePanels", KernelType.ARRAY);
    private static final Value.Variable PANEL = variable("panel", KernelType.SEGMENT);
    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable STATE = variable("state", KernelType.SEGMENT);
    private static final Value.Variable TEMPORARY = variable("temporary", KernelType.SEGMENT);

    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable PLACE = variable("place", KernelType.INT);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable STATE_AT = variable("stateAt", KernelType.LONG);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionMethods methods;
    private final AttentionAddresses addresses;
    private final boolean statistic;
    private final boolean cached;
    private final boolean severalBlocks;

    ForwardAttention(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.methods = new AttentionMethods(geometry);
        this.addresses = new AttentionAddresses(geometry);
        this.cached = launch.kind() == AttentionLaunch.Kind.CACHED;
        this.statistic = !cached && launch.buffers().size() == (launch.starts() ? 6 : 5);
        this.severalBlocks = geometry.keyBlocks() > 1;
    }

    Kernel kernel(String name) {
        List<Method> all = new ArrayList<>(List.of(
                attend(),
                methods.packQueries(),
                methods.packKeys(),
                methods.packRows("packValues", geometry.keyRow(), geometry.keyBlock()),
                methods.score(),
                methods.product(false),
                methods.unpack("unpack", geometry.queryRow(), false, output())));
        if (severalBlocks) {
            all.add(methods.product(true));
        }
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
            buffers.add(AttentionMethods.STARTS);
        }
        buffers.add(OUTPUT);
        if (statistic) {
            buffers.add(LOG_SUM_EXP);
        }
        return buffers;
    }

    private List<Kernel.Scratch> scratch() {
        int block = geometry.keyBlock();
        long states = (long) geometry.panelsOfPart() * geometry.group();
        List<Kernel.Scratch> scratch = new ArrayList<>(List.of(
                new Kernel.Scratch(KEY_PANELS, geometry.keyPanels(), false),
                new Kernel.Scratch(VALUE_PANELS, geometry.rowPanels(block), false),
                new Kernel.Scratch(PANEL, geometry.headPanel(), false),
                new Kernel.Scratch(SCORES, (long) block * geometry.panel(), false),
                new Kernel.Scratch(STATE, states * stateSize(), false),
                new Kernel.Scratch(TEMPORARY, (long) geometry.panel() * geometry.panel(), false)));
        scratch.addAll(methods.startScratch());
        return scratch;
    }

    /** Floats of a panel's output and statistics. */
    private long stateSize() {
        return geometry.headPanel() + (long) AttentionPasses.STATISTICS * geometry.panel();
    }

    /** Later queries see more keys: their parts come first, so that no worker begins a long one last. */
    private List<Statement> phase() {
        Emitter body = new Emitter();
        List.of(QUERIES, KEYS, VALUES, OUTPUT, LOG_SUM_EXP, POSITION_BUFFER, AttentionMethods.STARTS)
                .forEach(used -> body.reserve(used.name()));
        scratch().forEach(used -> body.reserve(used.variable().name()));
        body.reserve(Kernel.PART.name());
        KeyHead keyHead = addresses.keyHead(body, remainder(Kernel.PART, geometry.keyHeads()));
        int queriesOfPart = geometry.panelsOfPart() * geometry.panel();
        Value later = minus(integer(geometry.partsOfKeyHead() - 1L), divide(Kernel.PART, geometry.keyHeads()));
        Value.Variable first = body.let("first", times(later, queriesOfPart));
        Value.Variable end = body.let("end", min(plus(first, queriesOfPart), integer(launch.queries())));
        Value position = cached ? body.let("position", addresses.position(keyHead, POSITION_BUFFER)) : integer(0);
        // queries past the end of a cache are of nobody's interest, but must not read past it
        Value.Variable keys =
                body.let("keyEnd", cached ? min(plus(end, position), integer(launch.keys())) : plus(end, position));
        if (launch.starts()) {
            body.let(AttentionMethods.STARTS_AT.name(), addresses.starts(keyHead));
        }
        Value begin = integer(0);
        if (launch.window() > 0 || launch.starts()) {
            Value oldest = methods.oldest(plus(first, position));
            begin = body.let("keyBegin", multiple(oldest, geometry.keyBlock()));
        }
        body.loop(BLOCK.name(), begin, keys, geometry.keyBlock(), (loop, block) -> {
            Value.Variable count = loop.let("keys", min(minus(keys, block), integer(geometry.keyBlock())));
            Value.Variable at = loop.let("keysAt", addresses.key(keyHead, block));
            call(loop, AttentionMethods.PACK_KEYS, KEYS, at, block, count, KEY_PANELS);
            call(loop, "packValues", VALUES, at, count, VALUE_PANELS);
            loop.loop(
                    "query",
                    first,
                    end,
                    geometry.panel(),
                    (panels, query) -> heads(panels, query, first, keyHead, position));
        });
        return body.statements();
    }

    private void heads(Emitter body, Value.Variable query, Value first, KeyHead keyHead, Value position) {
        body.let(PLACE.name(), plus(query, position));
        body.let(COUNT.name(), min(minus(integer(launch.queries()), query), integer(geometry.panel())));
        body.loop("member", integer(0), integer(geometry.group()), 1, (loop, member) -> {
            Value.Variable head = loop.let("head", addresses.head(keyHead, member));
            loop.let(AT.name(), addresses.query(keyHead, head, query));
            Value panel = divide(minus(query, first), geometry.panel());
            Value state = plus(times(panel, geometry.group()), member);
            loop.let(STATE_AT.name(), times(toLong(state), stateSize() * Float.BYTES));
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
        parameters.addAll(
                List.of(KEY_PANELS, VALUE_PANELS, PANEL, SCORES, STATE, TEMPORARY, BLOCK, PLACE, COUNT, AT, STATE_AT));
        parameters.addAll(methods.startParameters());
        String comment = "One panel of queries against one block of keys; place is the first query's among the keys.";
        return Method.of("attend", comment, parameters, body -> {
            Visible visible = methods.visible(body, BLOCK, PLACE, COUNT);
            body.when(less(visible.begin(), visible.seen()), some -> weigh(some, visible));
        });
    }

    private void weigh(Emitter body, Visible visible) {
        Value.Variable statistics = body.let("statisticsAt", plus(STATE_AT, geometry.headPanel() * Float.BYTES));
        Value count = body.let("keys", minus(visible.seen(), visible.begin()));
        Value scores = body.let("scoresAt", methods.panelRow(visible.begin()));
        call(body, AttentionMethods.PACK_QUERIES, QUERIES, AT, COUNT, PANEL);
        call(body, "Tiles.scalePanel", PANEL, longInteger(0), integer(launch.headSize()), number(launch.scale(), 1));
        call(body, AttentionMethods.SCORE, KEY_PANELS, PANEL, SCORES, visible.begin(), visible.seen());
        methods.mask(body, SCORES, visible, BLOCK, PLACE, COUNT);
        onFirstBlock(body, visible, first -> call(first, "Tiles.softmaxBegin", STATE, statistics));
        call(body, "Tiles.softmaxMaximum", SCORES, scores, count, STATE, statistics);
        Value head = integer(launch.headSize());
        onLaterBlocks(
                body, visible, later -> call(later, "Tiles.scaleQueries", STATE, STATE_AT, head, STATE, statistics));
        call(body, "Tiles.softmaxExponentials", SCORES, scores, count, STATE, statistics);
        onFirstBlock(body, visible, first -> product(first, false, visible, scores, count));
        onLaterBlocks(body, visible, later -> product(later, true, visible, scores, count));
        Value end = plus(PLACE, COUNT);
        body.when(atLeast(plus(BLOCK, geometry.keyBlock()), end), last -> finish(last, statistics));
    }

    private void onFirstBlock(Emitter body, Visible visible, Consumer<Emitter> action) {
        if (severalBlocks) {
            body.when(same(BLOCK, oldestBlock(visible)), action);
        } else {
            action.accept(body);
        }
    }

    private void onLaterBlocks(Emitter body, Visible visible, Consumer<Emitter> action) {
        if (severalBlocks) {
            body.when(less(oldestBlock(visible), BLOCK), action);
        }
    }

    /** The first block that the panel sees. */
    private Value oldestBlock(Visible visible) {
        return multiple(visible.oldest(), geometry.keyBlock());
    }

    private void product(Emitter body, boolean add, Visible visible, Value scores, Value count) {
        call(
                body,
                AttentionMethods.productName(add),
                VALUE_PANELS,
                times(visible.begin(), geometry.library().rows()),
                integer(geometry.library().leftPanel(geometry.keyBlock())),
                SCORES,
                scores,
                STATE,
                STATE_AT,
                count);
    }

    private void finish(Emitter body, Value statistics) {
        call(body, "Tiles.softmaxFinish", STATE, statistics);
        call(body, "Tiles.scaleQueries", STATE, STATE_AT, integer(launch.headSize()), STATE, statistics);
        call(body, "unpack", STATE, STATE_AT, TEMPORARY, OUTPUT, AT, COUNT);
        if (statistic) {
            call(body, "Tiles.copyFloats", STATE, statistics, LOG_SUM_EXP, STATISTIC_AT, COUNT);
        }
    }
}
