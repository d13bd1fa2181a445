package dev.quipu.dsl.catalog;

/**
 * Where a parameter lies in a weight file.
 *
 * @param name of the tensor
 * @param interleavedHeads 0 where the tensor is the parameter; otherwise its rows are those of so many heads whose rotary
 *     pairs lie side by side, rows {@code 2i} and {@code 2i + 1} of a head, where the parameter has them half a head apart,
 *     rows {@code i} and {@code i + size / 2}
 */
public record TensorPlace(String name, int interleavedHeads) {
    /** A tensor that is the parameter as it is. */
    public static TensorPlace of(String name) {
        return new TensorPlace(name, 0);
    }
}
