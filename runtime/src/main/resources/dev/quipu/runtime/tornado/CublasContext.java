package dev.quipu.runtime.tornado;

import dev.quipu.runtime.cublas.Cublas;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;

/** cuBLAS on the stream of an execution plan. */
record CublasContext(Cublas.Handle handle) implements LibraryContext {}
