package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.KernelContext;

/** What kernels call instead of what javac wrote: see {@link Instrumentation}. */
public final class Checks {
    private Checks() {}

    /** {@code context.localBarrier()}. */
    public static void barrier(KernelContext context, int line) {
        item(context).workGroup().arrive(item(context), line);
    }

    /** {@code context.allocateFloatLocalArray(length)}. */
    public static KernelFloats groupFloats(KernelContext context, int length, String name) {
        return item(context).workGroup().memory().floats(item(context).nextAllocation(), length, name);
    }

    /** {@code context.allocateIntLocalArray(length)}. */
    public static KernelInts groupInts(KernelContext context, int length, String name) {
        return item(context).workGroup().memory().integers(item(context).nextAllocation(), length, name);
    }

    private static ItemContext item(KernelContext context) {
        return (ItemContext) context;
    }

    /** {@code new float[length]}. */
    public static KernelFloats itemFloats(int length, String name) {
        return new ItemFloats(name, length);
    }

    /** {@code new int[length]}. */
    public static KernelInts itemInts(int length, String name) {
        return new ItemInts(name, length);
    }

    /** {@code left + right}. */
    public static int add(int left, int right) {
        int sum = left + right;
        if (((left ^ sum) & (right ^ sum)) < 0) {
            overflow(left + " + " + right);
        }
        return sum;
    }

    /** {@code left - right}. */
    public static int subtract(int left, int right) {
        int difference = left - right;
        if (((left ^ right) & (left ^ difference)) < 0) {
            overflow(left + " - " + right);
        }
        return difference;
    }

    /** {@code left * right}. */
    public static int multiply(int left, int right) {
        long product = (long) left * right;
        if ((int) product != product) {
            overflow(left + " * " + right);
        }
        return (int) product;
    }

    /** {@code -value}. */
    public static int negate(int value) {
        return subtract(0, value);
    }

    /** {@code value << places}; 16 bits that are put into an int's upper half are no number. */
    public static int shiftLeft(int value, int places) {
        int shifted = value << places;
        boolean packed = places == Short.SIZE && shifted >>> places == value;
        if (shifted >> places != value && !packed) {
            overflow(value + " << " + places);
        }
        return shifted;
    }

    private static void overflow(String formula) {
        Report.tell(FaultKind.OVERFLOW, formula + " is no int");
    }

    /** {@code left / right}: devices divide negative numbers by powers of two with a shift. */
    public static int divide(int left, int right) {
        if (right == 0) {
            Report.tell(FaultKind.ARITHMETIC, left + " / 0");
            return 0;
        }
        if (left < 0) {
            Report.tell(FaultKind.ARITHMETIC, left + " / " + right + " of a negative number");
        }
        return left / right;
    }

    /** {@code left % right}. */
    public static int remainder(int left, int right) {
        if (right == 0) {
            Report.tell(FaultKind.ARITHMETIC, left + " % 0");
            return 0;
        }
        if (left < 0) {
            Report.tell(FaultKind.ARITHMETIC, left + " % " + right + " of a negative number");
        }
        return left % right;
    }

    /** {@code value >>> places}: PTX code shifts the sign of negative numbers wrongly. */
    public static int unsignedShiftRight(int value, int places) {
        if (value < 0) {
            Report.tell(FaultKind.ARITHMETIC, value + " >>> " + places + " of a negative number");
        }
        return value >>> places;
    }
}
