package dev.quipu.runtime.tokenizer.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Lays out rules of a normaliser as SentencePiece does: a double array and the replacements. */
final class SmallRules {
    private static final int UNITS = 1 << 14;

    private final int[] units = new int[UNITS];
    private final boolean[] isTaken = new boolean[UNITS];
    private final Map<String, Integer> replacementAt = new HashMap<>();
    private final StringBuilder replacements = new StringBuilder();

    private static final class Node {
        private final TreeMap<Integer, Node> children = new TreeMap<>();
        private String replacement;
    }

    static ByteBuffer of(Map<String, String> rules) {
        SmallRules layout = new SmallRules();
        Node root = new Node();
        rules.forEach((key, replacement) -> {
            Node node = root;
            for (byte next : key.getBytes(StandardCharsets.UTF_8)) {
                node = node.children.computeIfAbsent(Byte.toUnsignedInt(next), label -> new Node());
            }
            node.replacement = replacement;
        });
        layout.isTaken[0] = true;
        layout.place(root, 0);
        byte[] texts = layout.replacements.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer blob =
                ByteBuffer.allocate(Integer.BYTES * (1 + UNITS) + texts.length).order(ByteOrder.LITTLE_ENDIAN);
        blob.putInt(Integer.BYTES * UNITS);
        for (int unit : layout.units) {
            blob.putInt(unit);
        }
        return blob.put(texts).flip();
    }

    /** Gives the children of a node places; a key's end is a child of label 0. */
    private void place(Node node, int at) {
        int base = at ^ offset(node, at);
        units[at] |= (at ^ base) << 10 | (node.replacement == null ? 0 : 1 << 8);
        if (node.replacement != null) {
            isTaken[base] = true;
            units[base] = 1 << 31 | replacement(node.replacement);
        }
        node.children.keySet().forEach(label -> {
            isTaken[base ^ label] = true;
            units[base ^ label] = label;
        });
        node.children.forEach((label, child) -> place(child, base ^ label));
    }

    private int offset(Node node, int at) {
        for (int offset = 1; offset < UNITS; offset++) {
            int base = at ^ offset;
            boolean fits = base < UNITS && !(node.replacement != null && isTaken[base]);
            for (int label : node.children.keySet()) {
                fits &= (base ^ label) < UNITS && !isTaken[base ^ label];
            }
            if (fits) {
                return offset;
            }
        }
        throw new AssertionError("more rules than places");
    }

    private int replacement(String text) {
        return replacementAt.computeIfAbsent(text, key -> {
            int at = replacements.toString().getBytes(StandardCharsets.UTF_8).length;
            replacements.append(key).append('\0');
            return at;
        });
    }
}
