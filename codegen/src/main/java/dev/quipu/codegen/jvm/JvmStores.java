package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;

/** Prints what writes memory. */
record JvmStores(JvmExpressions expressions) {
    /** A statement without its semicolon. */
    String print(Statement.Store store) {
        if (store.memory().type().kind() == Kind.BSEGMENT) {
            return rounded(store);
        }
        String memory = expressions.print(store.memory());
        String address = expressions.print(store.address());
        String value = expressions.receiver(store.value());
        boolean array = store.memory().type().kind() == Kind.ARRAY;
        boolean floats = store.value().type().kind() == Kind.FLOAT;
        if (!store.value().type().isVector()) {
            String layout = floats ? "ValueLayout.JAVA_FLOAT_UNALIGNED" : "ValueLayout.JAVA_INT_UNALIGNED";
            return array
                    ? memory + "[" + address + "] = " + value
                    : memory + ".set(" + layout + ", " + address + ", " + value + ")";
        }
        int lanes = store.value().type().lanes();
        String mask = store.active() == lanes ? "" : ", " + expressions.mask(lanes, store.active(), floats);
        return array
                ? value + ".intoArray(" + memory + ", " + address + mask + ")"
                : value + ".intoMemorySegment(" + memory + ", " + address + ", ByteOrder.nativeOrder()" + mask + ")";
    }

    /** Writes a variable, rounded as {@code BFloat16.bits} does it: to the nearest, ties to even; NaN stays. */
    private String rounded(Statement.Store store) {
        if (store.value() instanceof Value.Unary unary && unary.operator() == Value.UnaryOperator.ROUND) {
            return upperHalves(roundedBits(unary), store);
        }
        if (!(store.value() instanceof Value.Variable value)) {
            throw new AssertionError("what is rounded is printed several times: " + store);
        }
        if (!value.type().isVector()) {
            return expressions.print(store.memory()) + ".set(ValueLayout.JAVA_SHORT_UNALIGNED, "
                    + expressions.print(JvmExpressions.halved(store.address())) + ", BFloat16.bits(" + value.name()
                    + "))";
        }
        String bits = expressions.receiver(value) + ".reinterpretAsInts()";
        String last = bits + ".lanewise(VectorOperators.LSHR, 16).and(1)";
        String isNumber = bits + ".and(0x7fffffff).compare(VectorOperators.LE, 0x7f800000)";
        return upperHalves(
                bits + ".or(0x400000).blend(" + bits + ".add(0x7fff).add(" + last + "), " + isNumber + ")", store);
    }

    /** Of what {@link Value.UnaryOperator#ROUND} gives, with the dropped bits behind them. */
    private String roundedBits(Value.Unary rounding) {
        if (!(rounding.argument() instanceof Value.Variable) || !rounding.type().isVector()) {
            throw new AssertionError("what is rounded is printed several times: " + rounding);
        }
        String bits = expressions.receiver(rounding.argument()) + ".reinterpretAsInts()";
        return bits + ".add(0x7fff).add(" + bits + ".lanewise(VectorOperators.LSHR, 16).and(1))";
    }

    private String upperHalves(String bits, Statement.Store store) {
        String memory = expressions.print(store.memory());
        String address = expressions.print(JvmExpressions.halved(store.address()));
        int lanes = store.value().type().lanes();
        String mask = store.active() == lanes ? "" : ", " + expressions.shortMask(lanes, store.active());
        return "((ShortVector) " + bits + ".lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, "
                + expressions.shortSpecies(lanes)
                + ", 0)).intoMemorySegment(" + memory + ", " + address + ", ByteOrder.nativeOrder()" + mask + ")";
    }
}
