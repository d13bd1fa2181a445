package dev.quipu.runtime.emulator.api.types;

/** A number of 16 bits, as matrix units are given it: fp16 or bf16, which is the operation's affair. */
public final class HalfFloat {
    private final short bits;

    public HalfFloat(short bits) {
        this.bits = bits;
    }

    public short getHalfFloatValue() {
        return bits;
    }
}
