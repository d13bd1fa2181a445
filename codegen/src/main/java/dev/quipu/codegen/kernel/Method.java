package dev.quipu.codegen.kernel;

import java.util.List;
import java.util.function.Consumer;

/**
 * A method of a kernel; it returns nothing.
 *
 * @param comment a sentence for the reader, may be empty
 * @param ranges of its parameters' memory, which are checked in front
 */
public record Method(
        String name, String comment, List<Value.Variable> parameters, List<Range> ranges, List<Statement> body) {
    public Method {
        parameters = List.copyOf(parameters);
        ranges = List.copyOf(ranges);
        body = List.copyOf(body);
    }

    public Method(String name, String comment, List<Value.Variable> parameters, List<Statement> body) {
        this(name, comment, parameters, List.of(), body);
    }

    /**
     * All that a method reads or writes of a memory. Whether it lies inside is checked before the method begins, once; in the body the
     * parameter is all memory, with no bounds, in which the range begins at {@code place}. For loops that are bound by the
     * instructions of a check for every access.
     *
     * @param memory a parameter, a SEGMENT, BSEGMENT or ISEGMENT
     * @param from address in bytes, of a BSEGMENT four for an element
     * @param bytes how many, in the unit of {@code from}
     * @param place LONG, a name that no parameter has
     */
    public record Range(Value.Variable memory, Value from, Value bytes, Value.Variable place) {}

    /** A method whose body is emitted; its parameters' names are taken. */
    public static Method of(String name, String comment, List<Value.Variable> parameters, Consumer<Emitter> body) {
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        body.accept(emitter);
        return new Method(name, comment, parameters, emitter.statements());
    }

    /** A call from a place where variables have the parameters' names. */
    public Statement.Call call() {
        return new Statement.Call(name, List.copyOf(parameters));
    }
}
