package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The checked header of a safetensors file: what the JSON between the length and the data says.
 *
 * @param tensors the tensors in the order of their data, which they cover without a hole or an overlap
 * @param metadata the free text under {@code __metadata__}, empty if there is none
 */
record SafetensorsHeader(List<Entry> tensors, SequencedMap<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final String REMEDY = "the file is damaged or is not a safetensors file";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    SafetensorsHeader {
        tensors = List.copyOf(tensors);
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    }

    /** One tensor: {@code begin} and {@code end} are byte offsets into the data part. */
    record Entry(String name, ElementType type, List<Long> shape, long begin, long end) {
        Entry {
            shape = List.copyOf(shape);
        }
    }

    /**
     * Reads and checks a header.
     *
     * @param file the name for messages
     * @param dataBytes size of the file's data part
     * @throws QuipuException if it is not valid: the message names the file and the tensor
     */
    static SafetensorsHeader parse(String file, byte[] json, long dataBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new QuipuException(
                    file + ": expected a header in JSON, found " + Printable.of(e.getOriginalMessage()) + "; " + REMEDY,
                    e);
        }
        if (!root.isObject()) {
            throw QuipuException.of("a JSON object as header", kind(root), file, REMEDY);
        }
        List<Entry> entries = new ArrayList<>();
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : root.properties()) {
            if (property.getKey().equals(METADATA)) {
                metadata.putAll(metadata(file, property.getValue()));
            } else {
                entries.add(entry(file, property.getKey(), property.getValue()));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkCoverage(file, entries, dataBytes);
        return new SafetensorsHeader(entries, metadata);
    }

    private static Entry entry(String file, String name, JsonNode node) {
        String where = file + ": tensor " + Printable.of(name);
        if (!node.isObject()) {
            throw QuipuException.of("an object with dtype, shape and data_offsets", kind(node), where, REMEDY);
        }
        String dtype = node.path("dtype").asString("nothing");
        ElementType type = ElementType.named(dtype)
                .orElseThrow(() -> QuipuException.of(
                        "a dtype of " + List.of(ElementType.values()),
                        Printable.of(dtype),
                        where,
                        "convert the file first"));
        List<Long> shape = numbers(where + ", shape", node.path("shape"));
        List<Long> offsets = numbers(where + ", data_offsets", node.path("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw QuipuException.of("data_offsets [begin, end]", Printable.of(offsets.toString()), where, REMEDY);
        }
        long bytes = byteSize(where, shape, type);
        long given = offsets.get(1) - offsets.get(0);
        if (bytes != given) {
            throw QuipuException.of(
                    bytes + " bytes for " + type + " of shape " + Printable.of(shape.toString()),
                    given + " bytes",
                    where,
                    REMEDY);
        }
        return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
    }

    private static long byteSize(String where, List<Long> shape, ElementType type) {
        try {
            long bytes = type.bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new QuipuException(
                    where + ": expected a shape that fits 64 bits, found " + Printable.of(shape.toString()) + "; "
                            + REMEDY,
                    e);
        }
    }

    private static List<Long> numbers(String where, JsonNode node) {
        List<Long> numbers = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isIntegralNumber() || !element.canConvertToLong() || element.asLong() < 0) {
                throw QuipuException.of("whole numbers of 0 or more", Printable.of(element.toString()), where, REMEDY);
            }
            numbers.add(element.asLong());
        }
        if (!node.isArray()) {
            throw QuipuException.of("an array of whole numbers", kind(node), where, REMEDY);
        }
        return numbers;
    }

    private static void checkCoverage(String file, List<Entry> sorted, long dataBytes) {
        long covered = 0;
        for (Entry entry : sorted) {
            if (entry.begin() != covered) {
                throw QuipuException.of(
                        "data that begins at " + covered + ", where the data before it ends",
                        "data_offsets [" + entry.begin() + ", " + entry.end() + "]",
                        file + ": tensor " + Printable.of(entry.name()),
                        REMEDY);
            }
            covered = entry.end();
            if (covered > dataBytes) {
                throw QuipuException.of(
                        "data up to byte " + covered,
                        "a file whose data ends at byte " + dataBytes,
                        file + ": tensor " + Printable.of(entry.name()),
                        "the file is truncated: copy or download it again");
            }
        }
        if (covered != dataBytes) {
            throw QuipuException.of(covered + " bytes of data, as the header says", dataBytes + " bytes", file, REMEDY);
        }
    }

    private static Map<String, String> metadata(String file, JsonNode node) {
        if (!node.isObject()) {
            throw QuipuException.of("a JSON object under " + METADATA, kind(node), file, REMEDY);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            if (!property.getValue().isString()) {
                throw QuipuException.of(
                        "text under " + METADATA + "." + Printable.of(property.getKey()),
                        kind(property.getValue()),
                        file,
                        REMEDY);
            }
            metadata.put(property.getKey(), property.getValue().asString());
        }
        return metadata;
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode()
                ? "nothing"
                : "a JSON " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
