package dev.quipu.runtime.emulator.api.enums;

/** Shapes of a matrix unit's products: rows of the left matrix, columns of the right one, and what they share. */
public enum MMAShape {
    /** Of numbers of 16 bits. */
    M16N8K16
}
