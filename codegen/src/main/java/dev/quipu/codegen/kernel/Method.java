package dev.quipu.codegen.kernel;

import java.util.List;
import java.util.function.Consumer;

/**
 * A method of a kernel; it returns nothing.
 *
 * @param comment a sentence for the reader, may be empty
 */
public record Method(String name, String comment, List<Value.Variable> parameters, List<Statement> body) {
    public Method {
        parameters = List.copyOf(parameters);
        body = List.copyOf(body);
    }

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
