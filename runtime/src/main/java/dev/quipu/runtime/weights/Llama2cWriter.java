package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes weight files of llama2.c, versions 0, 1 and 2. */
public final class Llama2cWriter {
    /** The base of RoPE's frequencies, which the format does not name. */
    private static final double ROPE_BASE = 10_000;

    private Llama2cWriter() {}

    /**
     * Creates or replaces a file and forces it to the disk. Version 2 quantises all matrices.
     *
     * @param header sizes and version
     * @param sources the values by Meta's names, with RoPE interleaved; just the tensors that the header asks for
     * @throws QuipuException if a tensor is missing or is one too many, if groups do not divide the weights, or if llama2.ts's
     *     layout is asked for, which is only read
     */
    public static void write(Path path, Llama2cHeader header, Map<String, ? extends TensorSource> sources)
            throws IOException {
        if (header.version() == Llama2cVersion.TYPESCRIPT) {
            throw QuipuException.of("version 0, 1 or 2 of llama2.c", "llama2.ts", path.toString(), "");
        }
        List<TensorOutput> tensors = outputs(path, header, sources);
        try (TensorChannel channel = TensorChannel.create(path)) {
            channel.write(headerBytes(header));
            for (TensorOutput tensor : tensors) {
                channel.write(tensor);
                if (header.version() == Llama2cVersion.V0 && tensor.name().equals(Llama2cTensor.NORM.name(0))) {
                    writeRope(channel, header);
                }
            }
            channel.force();
        }
    }

    private static List<TensorOutput> outputs(
            Path path, Llama2cHeader header, Map<String, ? extends TensorSource> sources) {
        List<TensorOutput> tensors = new ArrayList<>();
        for (Llama2cTensor kind : header.version().order()) {
            for (int layer = 0; layer < kind.count(header); layer++) {
                String name = kind.name(layer);
                TensorSource source = sources.get(name);
                if (source == null) {
                    throw QuipuException.of("a tensor " + name, "none", path.toString(), "");
                }
                if (source instanceof StoredTensor stored) {
                    stored.expectShape(kind.shape(header));
                }
                tensors.add(new TensorOutput(name, kind.shape(header), source, kind.encoding(header)));
            }
        }
        if (tensors.size() != sources.size()) {
            throw QuipuException.of(
                    tensors.size() + " tensors, as the header asks for",
                    sources.size() + " tensors",
                    path.toString(),
                    "llama2.c has no place for others");
        }
        return tensors;
    }

    private static byte[] headerBytes(Llama2cHeader header) {
        ByteBuffer bytes = ByteBuffer.allocate(header.version().headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
        boolean legacy = header.version() == Llama2cVersion.V0;
        if (!legacy) {
            bytes.putInt(Llama2cHeader.MAGIC).putInt(header.version() == Llama2cVersion.V1 ? 1 : 2);
        }
        bytes.putInt(header.dim()).putInt(header.hiddenDim()).putInt(header.layers());
        bytes.putInt(header.heads()).putInt(header.keyValueHeads());
        bytes.putInt(legacy && !header.sharedClassifier() ? -header.vocabularySize() : header.vocabularySize());
        bytes.putInt(header.maximumLength());
        if (!legacy) {
            bytes.put((byte) (header.sharedClassifier() ? 1 : 0));
        }
        if (header.version() == Llama2cVersion.V2) {
            bytes.putInt(header.groupSize());
        }
        return bytes.array();
    }

    /** Cosines, then sines, of position times base^(-2i / head size): one row per position, one column per pair i. */
    private static void writeRope(TensorChannel channel, Llama2cHeader header) throws IOException {
        int pairs = header.headSize() / 2;
        for (boolean cosines : new boolean[] {true, false}) {
            for (int position = 0; position < header.maximumLength(); position++) {
                ByteBuffer row = ByteBuffer.allocate(pairs * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                for (int pair = 0; pair < pairs; pair++) {
                    double angle = position * Math.pow(ROPE_BASE, -2.0 * pair / header.headSize());
                    row.putFloat((float) (cosines ? Math.cos(angle) : Math.sin(angle)));
                }
                channel.write(row.array());
            }
        }
    }
}
