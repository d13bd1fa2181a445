package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Transposes a square of vectors in registers: for d = lanes/2, ..., 2, 1, rows r and r + d exchange blocks of d lanes. Each
 * exchange is one permutation of two registers.
 */
record Transposition(int lanes) {
    /** The columns of a square of rows, declared in the body under names that begin with the prefix. */
    List<Value> of(List<Value> rows, String prefix, List<Statement> body) {
        return stages(rows, lanes / 2, 1, prefix, body);
    }

    /** Some of the exchanges, of all rows or of a group of neighbours that has them within. */
    List<Value> stages(List<Value> rows, int from, int to, String prefix, List<Statement> body) {
        List<Value> current = rows;
        for (int distance = from; distance >= to; distance /= 2) {
            current = stage(current, distance, distance, prefix + distance + "_", body);
        }
        return current;
    }

    /** The first two exchanges, of four rows that are a quarter of all rows apart. */
    List<Value> quarters(List<Value> rows, String prefix, List<Statement> body) {
        List<Value> halves = stage(rows, 2, lanes / 2, prefix + "h", body);
        return stage(halves, 1, lanes / 4, prefix + "q", body);
    }

    /** The sum of each row's lanes: lane r is row r's. */
    Value sums(List<Value> rows, String prefix, List<Statement> body) {
        return fold(rows, Emitter::plus, prefix, body);
    }

    /**
     * What each row's lanes are together, a power of two of rows: lane r is row r's, and so is each that many lanes on. Half the
     * rows are left after each exchange.
     */
    Value fold(List<Value> rows, BinaryOperator<Value> operator, String prefix, List<Statement> body) {
        List<Value> current = rows;
        for (int distance = rows.size() / 2; distance >= 1; distance /= 2) {
            List<Value> next = new ArrayList<>();
            for (int row = 0; row < distance; row++) {
                Value upper = current.get(row);
                Value lower = current.get(row + distance);
                Value left = declare(prefix + distance + "_" + row + "l", upper, lower, selected(distance, 0), body);
                Value right =
                        declare(prefix + distance + "_" + row + "r", upper, lower, selected(distance, distance), body);
                next.add(declare(prefix + distance + "_" + row, operator.apply(left, right), body));
            }
            current = next;
        }
        Value folded = current.getFirst();
        for (int distance = lanes / 2; distance >= rows.size(); distance /= 2) {
            Value turned = declare(prefix + "turned" + distance, Emitter.turned(folded, distance), body);
            folded = declare(prefix + "turn" + distance, operator.apply(folded, turned), body);
        }
        return folded;
    }

    private static Value.Variable declare(String name, Value value, List<Statement> body) {
        Value.Variable variable = new Value.Variable(name, value.type());
        body.add(new Statement.Declare(variable, value));
        return variable;
    }

    /** Rows that are {@code apart} in the list exchange blocks of {@code distance} lanes. */
    private List<Value> stage(List<Value> rows, int apart, int distance, String prefix, List<Statement> body) {
        List<Value> next = new ArrayList<>(rows);
        for (int row = 0; row < rows.size(); row++) {
            if ((row & apart) == 0) {
                Value upper = rows.get(row);
                Value lower = rows.get(row + apart);
                next.set(row, declare(prefix + row, upper, lower, selected(distance, 0), body));
                next.set(
                        row + apart, declare(prefix + (row + apart), upper, lower, selected(distance, distance), body));
            }
        }
        return next;
    }

    private static Value declare(String name, Value upper, Value lower, List<Integer> selected, List<Statement> body) {
        if (upper instanceof Value.Literal && lower.equals(upper)) {
            return upper;
        }
        Value.Variable variable =
                new Value.Variable(name, KernelType.floats(upper.type().lanes()));
        body.add(new Statement.Declare(variable, new Value.Shuffle(upper, lower, selected)));
        return variable;
    }

    /** Lanes of the upper (below {@code lanes}) and lower row: of each the blocks that begin at {@code from}. */
    private List<Integer> selected(int distance, int from) {
        List<Integer> selected = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            int block = lane & ~distance;
            selected.add((lane & distance) == 0 ? block + from : lanes + block + from);
        }
        return selected;
    }
}
