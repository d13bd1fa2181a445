package dev.quipu.codegen.launch;

import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The formulas of norms, softmax and cross entropy, parsed once. */
final class RowFormulas {
    private static final Map<String, Expression> PARSED = new ConcurrentHashMap<>();

    private RowFormulas() {}

    static Expression parse(String formula) {
        return PARSED.computeIfAbsent(formula, text -> Formula.of(text).expression());
    }
}
