package dev.quipu.codegen.tornado;

/** Who computes a program's matrix products. */
public enum Products {
    /** Generated kernels. */
    GENERATED,
    /** A library of the device's, as TornadoVM's library tasks; what follows a product's sum is a kernel of its own. */
    LIBRARY
}
