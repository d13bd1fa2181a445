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
 * all heads that share it. A part is a key head and a share of the keys that are seen; a second phase combines the shares.
 */
final class DecodeAttention {
    /** Few enough that a block's keys and values stay in the nearest caches from one head to the next. */
    static final int BLOCK = 64;

    private static final int PARTS = 16;
    private static final int FEWEST_KEYS = 256;

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

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionAddresses addresses;
    private final DecodeMethods methods;
    private final int lanes;
    private final int shares;

    DecodeAttention(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.addresses = new AttentionAddresses(geometry);
        this.lanes = geometry.library().lanes();
        this.shares = Math.clamp(Math.ceilDiv(PARTS, geometry.keyHeads()), 1, Math.max(1, launch.keys() / FEWEST_KEYS));
        this.methods = new DecodeMethods(geometry, shares);
    }

    Kernel kernel(String name) {
        List<Kernel.Scratch> scratch = List.of(
                new Kernel.Scratch(PARTIALS, (long) BLOCK * lanes, false),
                new Kernel.Scratch(SCORES, BLOCK, false),
                new Kernel.Scratch(WEIGHTS, BLOCK, false),
                new Kernel.Scratch(STATES, (long) launch.batch() * launch.heads() * shares * methods.state(), true));
        int keyHeads = geometry.keyHeads();
        return new Kernel(
                name,
                List.of(),
                BUFFERS,
                scratch,
                List.of(
                        new Kernel.Phase("attend", keyHeads * shares, attend(scratch)),
                        new Kernel.Phase("join", keyHeads, join(scratch))),
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
        KeyHead keyHead = addresses.keyHead(body, divide(Kernel.PART, shares));
        Value share = remainder(Kernel.PART, shares);
        Value position = addresses.position(keyHead, POSITION_BUFFER);
        Value.Variable seen = body.let("seen", min(plus(position, 1), integer(launch.keys())));
        Value oldest = launch.window() == 0
                ? integer(0)
                : body.let("oldest", max(minus(seen, integer(launch.window())), integer(0)));
        Value visible = launch.window() == 0 ? seen : minus(seen, oldest);
        Value even = divide(plus(visible, shares - 1L), shares);
        Value.Variable size = body.let("size", multiple(plus(even, lanes - 1L), lanes));
        Value.Variable first = body.let("first", plus(oldest, times(share, size)));
        Value.Variable end = body.let("end", min(plus(first, size), seen));
        Value group = integer(geometry.group());
        body.loop(
                "member",
                integer(0),
                group,
                1,
                (loop, member) -> call(loop, DecodeMethods.BEGIN, STATES, stateAt(keyHead, member, share)));
        body.loop("block", first, end, BLOCK, (blocks, block) -> {
            Value.Variable count = blocks.let("count", min(minus(end, block), integer(BLOCK)));
            Value.Variable at = blocks.let("at", addresses.key(keyHead, block));
            blocks.loop("member", integer(0), group, 1, (loop, member) -> {
                Value query = addresses.query(keyHead, addresses.head(keyHead, member), integer(0));
                Value.Variable state = loop.let("state", stateAt(keyHead, member, share));
                call(loop, DecodeMethods.PRODUCTS, QUERIES, query, KEYS, at, count, PARTIALS);
                call(loop, DecodeMethods.SCORES, PARTIALS, count, SCORES);
                call(loop, DecodeMethods.WEIGHTS, SCORES, count, WEIGHTS, STATES, state);
                methods.addValues(loop, WEIGHTS, VALUES, at, count, STATES, state);
            });
        });
        return body.statements();
    }

    private List<Statement> join(List<Kernel.Scratch> scratch) {
        Emitter body = phase(scratch);
        KeyHead keyHead = addresses.keyHead(body, Kernel.PART);
        body.loop("member", integer(0), integer(geometry.group()), 1, (loop, member) -> {
            Value output = addresses.query(keyHead, addresses.head(keyHead, member), integer(0));
            call(loop, DecodeMethods.JOIN, STATES, stateAt(keyHead, member, integer(0)), OUTPUT, output);
        });
        return body.statements();
    }

    private Value stateAt(KeyHead keyHead, Value member, Value share) {
        Value head = plus(times(keyHead.batch(), launch.heads()), addresses.head(keyHead, member));
        Value state = plus(times(head, shares), share);
        return times(toLong(state), methods.state() * Float.BYTES);
    }
}
