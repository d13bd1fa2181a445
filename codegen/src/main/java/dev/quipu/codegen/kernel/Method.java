package dev.quipu.codegen.kernel;

import java.util.List;

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
}
