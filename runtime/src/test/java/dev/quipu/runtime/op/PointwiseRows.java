package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;
import static dev.quipu.runtime.op.Elements.each;
import static dev.quipu.runtime.op.Values.around;
import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.normal;
import static dev.quipu.runtime.op.Values.uniform;

import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.formula.Primitive;
import dev.quipu.dsl.op.Pointwise;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formulas: every primitive over ranges, operators, broadcasting patterns, widths with tails. */
final class PointwiseRows {
    private PointwiseRows() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        for (Primitive primitive : Primitive.values()) {
            rows.addAll(ranges(primitive));
        }
        rows.addAll(operators());
        rows.addAll(widths());
        rows.addAll(broadcasts());
        return rows;
    }

    private static List<OpRow> ranges(Primitive primitive) {
        String formula = primitive.name().toLowerCase(Locale.ROOT) + "(x)";
        OpRow row = OpRow.of(formula, new Pointwise(Formula.of(formula))).within(Accuracy.OF_ELEMENTS);
        return switch (primitive) {
            case LOG, SQRT ->
                List.of(
                        over(row, "", uniform(0.5, 3)),
                        over(row, " tiny", uniform(1e-30, 2e-30)),
                        over(row, " huge", uniform(1e30, 2e30)));
            case RSQRT ->
                List.of(
                        over(row, "", uniform(0.5, 3)),
                        over(row, " tiny", uniform(1e-20, 2e-20)),
                        over(row, " huge", uniform(1e20, 2e20)));
            case EXP ->
                List.of(over(row, "", normal(2)), over(row, " of 80", around(80)), over(row, " tiny", around(1e-30)));
            case NEGATE, ABS, SIGMOID, SILU, TANH, ERF, SOFTPLUS ->
                List.of(
                        over(row, "", normal(2)),
                        over(row, " of 20", around(20)),
                        over(row, " of 88", around(88)),
                        over(row, " of 1e4", around(1e4)),
                        over(row, " tiny", around(1e-30)),
                        over(row, " of landmarks", cycle(0, 0.5, -0.5, 1, -1, 2.5, -2.5, 6, -6, 9, -9, 16.5, -16.5)));
        };
    }

    private static OpRow over(OpRow row, String range, Values values) {
        return row.named(row.name() + range)
                .input("x", "row=3 channel=37", values)
                .gives("row=3 channel=37");
    }

    private static List<OpRow> operators() {
        return List.of(
                pair("left + right", (in, i) -> at(in.get(0), i) + at(in.get(1), i)),
                pair("left - right", (in, i) -> at(in.get(0), i) - at(in.get(1), i)),
                pair("left * right", (in, i) -> at(in.get(0), i) * at(in.get(1), i)),
                pair(
                        "left / (3 + right * right)",
                        (in, i) -> at(in.get(0), i) / (3 + at(in.get(1), i) * at(in.get(1), i))),
                pair("min(left, right)", (in, i) -> Math.min(at(in.get(0), i), at(in.get(1), i))),
                pair("max(left, right)", (in, i) -> Math.max(at(in.get(0), i), at(in.get(1), i))),
                pair(
                        "select(left < right, 2 * left, right * right)",
                        (in, i) -> at(in.get(0), i) < at(in.get(1), i)
                                ? 2 * at(in.get(0), i)
                                : at(in.get(1), i) * at(in.get(1), i)),
                pair(
                        "silu(left) * right",
                        (in, i) -> at(in.get(0), i) / (1 + Math.exp(-at(in.get(0), i))) * at(in.get(1), i)),
                pair("0.5 * left * (1 + erf(left * 0.7071067811865476)) - right", null),
                pair("0.5 * left * (1 + tanh(0.7978845608 * (left + 0.044715 * left * left * left))) + right", null),
                pair(
                        "-(left - -right) / 2 - (right - 1)",
                        (in, i) -> -(at(in.get(0), i) + at(in.get(1), i)) / 2 - (at(in.get(1), i) - 1)),
                ties("min(left, right)"),
                ties("max(left, right)"));
    }

    private static OpRow pair(String formula, Elements.Rule rule) {
        OpRow row = OpRow.of(formula, new Pointwise(Formula.of(formula)))
                .input("left", "batch=2 row=7 channel=20", normal(2))
                .input("right", "batch=2 row=7 channel=20", normal(2))
                .gives("batch=2 row=7 channel=20");
        return rule == null ? row : row.like(each("batch=2 row=7 channel=20", rule));
    }

    private static OpRow ties(String formula) {
        return OpRow.of(formula + " with ties", new Pointwise(Formula.of(formula)))
                .input("left", "channel=12", cycle(1, 2, 3))
                .input("right", "channel=12", cycle(1, 3, 2))
                .gives("channel=12");
    }

    private static List<OpRow> widths() {
        List<OpRow> rows = new ArrayList<>();
        for (String type :
                List.of("one=1", "channel=1031", "row=64 channel=48", "row=5 channel=1", "row=129 channel=31")) {
            rows.add(OpRow.of("x * x - y over " + type, new Pointwise(Formula.of("x * x - y")))
                    .input("x", type, normal(1))
                    .input("y", type, normal(1))
                    .gives(type)
                    .like(each(type, (in, i) -> Math.pow(at(in.get(0), i), 2) - at(in.get(1), i))));
        }
        rows.add(OpRow.of(
                        "the same tensor twice",
                        Pointwise.class,
                        in -> Tensor.apply(new Pointwise(Formula.of("x * y + x")), in[0], in[0]))
                .input("x", "row=3 channel=7", normal(1))
                .gives("row=3 channel=7")
                .like(each("row=3 channel=7", (in, i) -> at(in.get(0), i) * (at(in.get(0), i) + 1))));
        return rows;
    }

    private static List<OpRow> broadcasts() {
        return List.of(
                broadcast("batch=3 row=5 channel=7", "channel=7", "batch=3 row=5 channel=7"),
                broadcast("channel=20", "batch=3 row=5 channel=20", "batch=3 row=5 channel=20"),
                broadcast("batch=3 row=5 channel=7", "row=5 one=1", "batch=3 row=5 channel=7"),
                broadcast("batch=3 row=5 channel=33", "batch=3 row=5 one=1", "batch=3 row=5 channel=33"),
                broadcast("batch=3 row=5 channel=7", "batch=3 one=1 another=1", "batch=3 row=5 channel=7"),
                broadcast("batch=3 row=5 channel=7", "one=1", "batch=3 row=5 channel=7"),
                broadcast("one=1 row=5 another=1", "batch=3 one=1 channel=7", "batch=3 row=5 channel=7"),
                broadcast("batch=3 row=1 channel=17", "batch=1 row=5 channel=1", "batch=3 row=5 channel=17"),
                broadcast("batch=2 row=3 head=4 size=5", "head=4 one=1", "batch=2 row=3 head=4 size=5"));
    }

    private static OpRow broadcast(String left, String right, String gives) {
        return OpRow.of("[" + left + "] with [" + right + "]", new Pointwise(Formula.of("left * right + right")))
                .input("left", left, normal(1))
                .input("right", right, normal(1))
                .gives(gives)
                .like(each(gives, (in, i) -> (at(in.get(0), i) + 1) * at(in.get(1), i)));
    }
}
