package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls that bring a tile's product to where it belongs. A whole tile writes it there itself. What is added, or has fewer rows
 * than the tile, goes by way of scratch memory, which a short loop reads: a tile that adds its sums to memory is more than C1
 * compiles, and what C2 makes of it without C1's profile allocates vectors.
 *
 * @param tile name of the tile's method
 * @param stride bytes from row to row of the product
 */
record TileProduct(TileLibrary library, String tile, int stride) {
    /** Scratch memory of the calls. */
    static final Value.Variable TILE = new Value.Variable("tile", KernelType.SEGMENT);

    static Kernel.Scratch scratch(TileLibrary library) {
        return new Kernel.Scratch(TILE, (long) library.rows() * library.columns(), false);
    }

    /**
     * Writes a whole tile.
     *
     * @param factors what the tile's method is given before where the product goes
     */
    Statement write(List<Value> factors, Value to, Value at, Value depth) {
        return call(factors, to, at, stride, depth);
    }

    /** Writes or adds the tile's first rows. */
    List<Statement> finish(List<Value> factors, Value to, Value at, Value depth, Value first, boolean add) {
        String copy = library.copy(library.columns(), add);
        return List.of(
                call(factors, TILE, new Value.Literal(KernelType.LONG, 0), library.columns() * Float.BYTES, depth),
                new Statement.Call(copy, List.of(TILE, to, at, integer(stride), first)));
    }

    private Statement call(List<Value> factors, Value to, Value at, int rowBytes, Value depth) {
        List<Value> arguments = new ArrayList<>(factors);
        arguments.addAll(List.of(to, at, integer(rowBytes), depth));
        return new Statement.Call(tile, arguments);
    }
}
