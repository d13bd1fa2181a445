package dev.quipu.runtime.emulator.api.math;

/** Mathematical functions, the same to the last bit on every machine. */
public final class TornadoMath {
    private TornadoMath() {}

    public static float min(float a, float b) {
        return Math.min(a, b);
    }

    public static int min(int a, int b) {
        return Math.min(a, b);
    }

    public static float max(float a, float b) {
        return Math.max(a, b);
    }

    public static int max(int a, int b) {
        return Math.max(a, b);
    }

    public static float abs(float a) {
        return Math.abs(a);
    }

    public static int abs(int a) {
        return Math.abs(a);
    }

    public static float clamp(float value, float low, float high) {
        return Math.min(high, Math.max(low, value));
    }

    public static int clamp(int value, int low, int high) {
        return Math.min(high, Math.max(low, value));
    }

    public static float sqrt(float a) {
        return (float) StrictMath.sqrt(a);
    }

    public static float exp(float a) {
        return (float) StrictMath.exp(a);
    }

    public static float log(float a) {
        return (float) StrictMath.log(a);
    }

    /** The logarithm to base 2. */
    public static float log2(float a) {
        return (float) (StrictMath.log(a) / StrictMath.log(2));
    }

    public static float pow(float base, float exponent) {
        return (float) StrictMath.pow(base, exponent);
    }

    public static float sin(float a) {
        return (float) StrictMath.sin(a);
    }

    public static float cos(float a) {
        return (float) StrictMath.cos(a);
    }

    public static float tan(float a) {
        return (float) StrictMath.tan(a);
    }

    public static float tanh(float a) {
        return (float) StrictMath.tanh(a);
    }

    public static float atan(float a) {
        return (float) StrictMath.atan(a);
    }

    public static float floor(float a) {
        return (float) StrictMath.floor(a);
    }

    public static float ceil(float a) {
        return (float) StrictMath.ceil(a);
    }

    public static float signum(float a) {
        return Math.signum(a);
    }

    public static float floatPI() {
        return (float) Math.PI;
    }
}
