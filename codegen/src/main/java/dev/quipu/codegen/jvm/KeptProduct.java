package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.List;

/**
 * What a part keeps of a product until its epilogue takes it, and the same turned, where the product's factors changed sides.
 *
 * @param rowBytes from row to row, which are whole vectors where they are turned
 * @param turnedRowBytes as {@code rowBytes}, of what was turned
 */
record KeptProduct(TileLibrary library, int rowBytes, int turnedRowBytes) {
    static final Value.Variable KEPT = new Value.Variable("kept", KernelType.SEGMENT);
    static final Value.Variable TURNED = new Value.Variable("turned", KernelType.SEGMENT);

    /** @param rows whole vectors of them where they are turned */
    Kernel.Scratch scratch(int rows) {
        return new Kernel.Scratch(KEPT, (long) rows * rowBytes / Float.BYTES, false);
    }

    /** @param rows of what was turned, whole vectors */
    Kernel.Scratch turnedScratch(int rows) {
        return new Kernel.Scratch(TURNED, (long) rows * turnedRowBytes / Float.BYTES, false);
    }

    /** Turns some rows. */
    void turn(Emitter emitter, Value rows, Value columns) {
        emitter.loop("turn", integer(0), rows, library.lanes(), (body, row) -> {
            Value at = times(toLong(row), rowBytes);
            Value to = times(toLong(row), Float.BYTES);
            List<Value> arguments = List.of(KEPT, at, integer(rowBytes), TURNED, to, columns);
            body.add(new Statement.Call(library.transpose(turnedRowBytes / Float.BYTES), arguments));
        });
    }
}
