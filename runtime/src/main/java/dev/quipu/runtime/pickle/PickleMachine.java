package dev.quipu.runtime.pickle;

import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.pickle.PickleValue.Bytes;
import dev.quipu.runtime.pickle.PickleValue.Global;
import dev.quipu.runtime.pickle.PickleValue.Mapping;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs one pickle's opcodes. Each makes a bounded number of values, so a pickle's length bounds time and memory. */
final class PickleMachine {
    private static final int HIGHEST_PROTOCOL = 5;

    /** Keys are names and numbers; comparing long ones over and over would take quadratic time. */
    private static final int MAXIMUM_KEY_LENGTH = 1024;

    private final PickleInput input;
    private final PickleGlobals globals;
    private final PickleWork work;
    private final PickleStack stack = new PickleStack();
    private final Map<Long, PickleValue> memo = new HashMap<>();
    private PickleOpcode opcode;
    private long opcodePosition;

    PickleMachine(PickleInput input, PickleGlobals globals, PickleWork work) {
        this.input = input;
        this.globals = globals;
        this.work = work;
    }

    /** The last opcode that was read, for messages. */
    String place() {
        return (opcode == null ? "" : opcode + " at ") + "byte " + opcodePosition;
    }

    PickleValue run() {
        while (true) {
            next();
            if (opcode == PickleOpcode.STOP) {
                return stack.pop();
            }
            work.spend(1);
            execute();
        }
    }

    private void next() {
        opcode = null;
        opcodePosition = input.position();
        int code = input.unsignedByte();
        opcode = PickleOpcode.of(code)
                .orElseThrow(() -> new PickleRefusal("an opcode of a pickle", String.format("byte 0x%02x", code)));
    }

    private void execute() {
        switch (opcode) {
            case PROTO -> protocol(input.unsignedByte());
            // Frames only say how much to read at a time.
            case FRAME -> input.length();
            case MARK -> stack.mark();
            case POP -> stack.pop();
            case POP_MARK -> stack.popMark();
            case DUP -> stack.push(stack.top());
            case NONE -> stack.push(Scalar.NONE);
            case NEWTRUE -> stack.push(new Scalar(true));
            case NEWFALSE -> stack.push(new Scalar(false));
            case BININT -> stack.push(new Scalar((long) input.signedInt()));
            case BININT1 -> stack.push(new Scalar((long) input.unsignedByte()));
            case BININT2 -> stack.push(new Scalar((long) input.unsignedShort()));
            case LONG1 -> stack.push(new Scalar(input.integer(input.unsignedByte())));
            case LONG4 -> stack.push(new Scalar(input.integer(input.signedInt())));
            case BINFLOAT -> stack.push(new Scalar(input.bigEndianDouble()));
            case SHORT_BINSTRING, SHORT_BINUNICODE -> stack.push(new Scalar(input.text(input.unsignedByte())));
            case BINSTRING, BINUNICODE -> stack.push(new Scalar(input.text(input.unsignedInt())));
            case BINUNICODE8 -> stack.push(new Scalar(input.text(input.length())));
            case SHORT_BINBYTES -> stack.push(new Bytes(input.slice(input.unsignedByte())));
            case BINBYTES -> stack.push(new Bytes(input.slice(input.unsignedInt())));
            case BINBYTES8, BYTEARRAY8 -> stack.push(new Bytes(input.slice(input.length())));
            case EMPTY_LIST -> stack.push(Sequence.list(List.of()));
            case LIST -> stack.push(Sequence.list(stack.popMark()));
            case APPEND -> add(stack.pop(1));
            case APPENDS, ADDITEMS -> add(stack.popMark());
            case EMPTY_TUPLE -> stack.push(Sequence.tuple(List.of()));
            case TUPLE -> stack.push(Sequence.tuple(stack.popMark()));
            case TUPLE1 -> stack.push(Sequence.tuple(stack.pop(1)));
            case TUPLE2 -> stack.push(Sequence.tuple(stack.pop(2)));
            case TUPLE3 -> stack.push(Sequence.tuple(stack.pop(3)));
            case EMPTY_DICT -> stack.push(new Mapping());
            case DICT -> stack.push(put(new Mapping(), stack.popMark()));
            case SETITEM -> putOnTop(stack.pop(2));
            case SETITEMS -> putOnTop(stack.popMark());
            case EMPTY_SET -> stack.push(Sequence.set(List.of()));
            case FROZENSET -> stack.push(Sequence.set(stack.popMark()));
            case BINGET -> stack.push(remembered(input.unsignedByte()));
            case LONG_BINGET -> stack.push(remembered(input.unsignedInt()));
            case BINPUT -> memo.put((long) input.unsignedByte(), stack.top());
            case LONG_BINPUT -> memo.put(input.unsignedInt(), stack.top());
            case MEMOIZE -> memo.put((long) memo.size(), stack.top());
            case GLOBAL -> stack.push(global(input.line(), input.line()));
            case STACK_GLOBAL -> stackGlobal(stack.pop(2));
            case REDUCE, NEWOBJ -> call(stack.pop(2));
            case BUILD -> build(stack.pop());
            case BINPERSID -> stack.push(globals.persistent(stack.pop()));
            case STOP -> throw new AssertionError("the machine stops before");
            case INT,
                    LONG,
                    FLOAT,
                    STRING,
                    UNICODE,
                    GET,
                    PUT,
                    PERSID,
                    INST,
                    OBJ,
                    NEWOBJ_EX,
                    EXT1,
                    EXT2,
                    EXT4,
                    NEXT_BUFFER,
                    READONLY_BUFFER ->
                throw new PickleRefusal("plain containers of a pickle of protocol 2 to 5", opcode.name());
        }
    }

    private static void protocol(int version) {
        if (version < 2 || version > HIGHEST_PROTOCOL) {
            throw new PickleRefusal("a pickle of protocol 2 to " + HIGHEST_PROTOCOL, "protocol " + version);
        }
    }

    private PickleValue remembered(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw new PickleRefusal("a value at " + index + " of the memo", "none");
        }
        return value;
    }

    private void add(List<PickleValue> items) {
        if (!(stack.top() instanceof Sequence sequence) || sequence.isTuple()) {
            throw new PickleRefusal("a list or set to add to", stack.top().kind());
        }
        items.forEach(sequence::add);
    }

    private void putOnTop(List<PickleValue> keysAndValues) {
        if (!(stack.top() instanceof Mapping mapping)) {
            throw new PickleRefusal("a dictionary to add to", stack.top().kind());
        }
        put(mapping, keysAndValues);
    }

    private static Mapping put(Mapping mapping, List<PickleValue> keysAndValues) {
        if (keysAndValues.size() % 2 != 0) {
            throw new PickleRefusal("a value for each key", keysAndValues.size() + " keys and values");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            mapping.put(key(keysAndValues.get(i)), keysAndValues.get(i + 1));
        }
        return mapping;
    }

    /** A value as a dictionary's key. */
    static Scalar key(PickleValue value) {
        if (!(value instanceof Scalar scalar)) {
            throw new PickleRefusal("keys that are strings or numbers", value.kind());
        }
        if (scalar.value() instanceof String text && text.length() > MAXIMUM_KEY_LENGTH) {
            throw new PickleRefusal("keys of at most " + MAXIMUM_KEY_LENGTH + " letters", text.length() + " letters");
        }
        return scalar;
    }

    private PickleValue global(String module, String name) {
        String full = module + "." + name;
        return globals.global(full)
                .orElseThrow(() -> new PickleRefusal("tensors and plain containers", "the name " + Printable.of(full)));
    }

    private void stackGlobal(List<PickleValue> names) {
        if (names.get(0) instanceof Scalar(String module) && names.get(1) instanceof Scalar(String name)) {
            stack.push(global(module, name));
            return;
        }
        throw new PickleRefusal(
                "a module and a name",
                names.get(0).kind() + " and " + names.get(1).kind());
    }

    private void call(List<PickleValue> functionAndArguments) {
        PickleValue arguments = functionAndArguments.get(1);
        if (!(functionAndArguments.get(0) instanceof Global function)) {
            throw new PickleRefusal(
                    "a function to call", functionAndArguments.get(0).kind());
        }
        if (!(arguments instanceof Sequence tuple) || !tuple.isTuple()) {
            throw new PickleRefusal("a tuple of arguments", arguments.kind());
        }
        stack.push(globals.call(function, tuple.items(), work));
    }

    private void build(PickleValue state) {
        if (!(stack.top() instanceof Mapping mapping) || !(state instanceof Mapping)) {
            throw new PickleRefusal(
                    "a dictionary of attributes for a plain object",
                    state.kind() + " for " + stack.top().kind());
        }
        mapping.attributes(state);
    }
}
