package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.max;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.remainder;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.jvm.AttentionAddresses.KeyHead;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/**
 * Attention of one query per head over a cache, at the speed of memory: each key and value is read once, where it lies, for
 * all heads that share it. A part is a share of the keys that are seen, of all heads: a cache's rows have them side by side,
 * and whole rows in their order are one long stretch, where those of one head alone would be pieces of a few hundred bytes
 * that no processor foresees. A second phase combines the shares.
 */
final class DecodeAttention {
    private static final int PARTS = 8;
    private static final int FEWEST_KEYS = 16;

    private static final Value.Variable QUERIES = variable("q", KernelType.SEGMENT);
    private static final Value.Variable KEYS = variable("k", KernelType.SEGMENT);
    private static final Value.Variable VALUES = variable("v", KernelType.SEGMENT);
    private static final Value.Variable POSITION_BUFFER = variable("positionBuffer", KernelType.SEGMENT);
    private static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    private static final List<Value.Variable> BUFFERS = List.of(QUERIES, KEYS, VALUES, POSITION_BUFFER, OUTPUT);

    private static final Value.Variable PARTIALS = variable("partials", KernelType.SEGMENT);
    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable WEIGHTS = variable("weights", KernelType.ARRAY);
    private static final Value.Variable STATES = variable("states", KernelType.SEGMENT);

    private final AttentionLaunch launch;
    private final AttentionAddresses addresses;
    private final DecodeMethods methods;
    private final int lanes;
    private final int shares;

    DecodeAttention(AttentionGeometry geometry) {
        this.launch = geometry.launch();
        this.addresses = new AttentionAddresses(geometry);
        this.lanes = geometry.library().lanes();
        int wanted = Math.ceilDiv(PARTS, launch.batch());
        this.shares = Math.clamp(wanted, 1, Math.max(1, launch.keys() / FEWEST_KEYS));
        this.methods = new DecodeMethods(geometry);
    }

    Kernel kernel(String name) {
        int rows = launch.heads() * DecodeMethods.BLOCK;
        List<Kernel.Scratch> scratch = List.of(
                new Kernel.Scratch(PARTIALS, (long) rows * lanes, false),
                new Kernel.Scratch(SCORES, DecodeMethods.BLOCK, false),
                new Kernel.Scratch(WEIGHTS, rows, false),
                new Kernel.Scratch(STATES, (long) launch.batch() * shares * launch.heads() * methods.state(), true));
        return new Kernel(
                name,
                List.of(),
                BUFFERS,
                scratch,
                List.of(
                        new Kernel.Phase("attend", launch.batch() * shares, attend(scratch)),
                        new Kernel.Phase("join", launch.batch(), join(scratch))),
                methods.all());
    }

    private Emitter phase(List<Kernel.Scratch> scratch) {
        Emitter body = new Emitter();
        BUFFERS.forEach(used -> body.reserve(used.name()));
        scratch.forEach(used -> body.reserve(used.variable().name()));
        body.reserve(Kernel.PART.name());
        return body;
    }

    private List<Statement> attend(List<Kernel.Scratch> scratch) {
        Emitter body = phase(scratch);
        Value share = body.let("share", remainder(Kernel.PART, shares));
        Value batch = body.let("batch", divide(Kernel.PART, shares));
        Keys keys = keys(body, batch);
        Value.Variable first = body.let("first", plus(keys.oldest(), times(share, keys.ofShare())));
        Value.Variable end = body.let("end", min(plus(first, keys.ofShare()), keys.seen()));
        KeyHead firstHead = new KeyHead(batch, integer(0));
        Value.Variable query = body.let("queryAt", addresses.query(firstHead, integer(0), integer(0)));
        Value.Variable states = body.let("statesAt", stateAt(batch, share));
        call(body, DecodeMethods.BEGIN, STATES, states);
        body.loop("block", first, end, DecodeMethods.BLOCK, (blocks, block) -> {
            Value.Variable count = blocks.let("count", min(minus(end, block), integer(DecodeMethods.BLOCK)));
            Value.Variable at = blocks.let("at", addresses.key(firstHead, block));
            call(blocks, DecodeMethods.PRODUCTS, QUERIES, query, KEYS, at, count, PARTIALS);
            blocks.loop("head", integer(0), integer(launch.heads()), 1, (heads, head) -> {
                call(heads, DecodeMethods.SCORES, PARTIALS, methods.partialsAt(head), count, SCORES);
                Value state = plus(states, times(toLong(head), methods.state() * Float.BYTES));
                call(heads, DecodeMethods.WEIGHTS, SCORES, count, WEIGHTS, methods.weightsAt(head), STATES, state);
            });
            call(blocks, DecodeMethods.VALUES, WEIGHTS, VALUES, at, count, STATES, states);
        });
        return body.statements();
    }

    /** Keys that a sequence's query sees, from the oldest on, and how many of them a share has. */
    private record Keys(Value oldest, Value seen, Value visible, Value ofShare) {}

    private Keys keys(Emitter body, Value batch) {
        Value position = addresses.position(new KeyHead(batch, integer(0)), POSITION_BUFFER);
        Value.Variable seen = body.let("seen", min(plus(position, 1), integer(launch.keys())));
        Value oldest = launch.window() == 0
                ? integer(0)
                : body.let("oldest", max(minus(seen, integer(launch.window())), integer(0)));
        Value visible = launch.window() == 0 ? seen : body.let("visible", minus(seen, oldest));
        Value even = divide(plus(visible, shares - 1L), shares);
        Value size = body.let("size", multiple(plus(even, lanes - 1L), lanes));
        return new Keys(oldest, seen, visible, size);
    }

    private List<Statement> join(List<Kernel.Scratch> scratch) {
        Emitter body = phase(scratch);
        Keys keys = keys(body, Kernel.PART);
        Value last = plus(keys.visible(), minus(keys.ofShare(), integer(1)));
        Value used = body.let("used", new Value.Binary(Value.BinaryOperator.DIVIDE, last, keys.ofShare()));
        Value.Variable states = body.let("statesAt", stateAt(Kernel.PART, integer(0)));
        body.loop("head", integer(0), integer(launch.heads()), 1, (loop, head) -> {
            Value output = addresses.query(new KeyHead(Kernel.PART, head), head, integer(0));
            Value state = plus(states, times(toLong(head), methods.state() * Float.BYTES));
            call(loop, DecodeMethods.JOIN, STATES, state, used, OUTPUT, output);
        });
        return body.statements();
    }

    /** The state of a share's first head. */
    private Value stateAt(Value batch, Value share) {
        return times(toLong(plus(times(batch, shares), share)), methods.ofAllHeads());
    }
}
