package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Files with wrong values are refused in one line, or are a tokenizer that works; damaged bytes are a row of the table of all
 * readers. {@code -Dquipu.fuzz.values=N} makes N files of each kind.
 */
class DamagedFilesTest {
    private static final int FILES = Integer.getInteger("quipu.fuzz.values", 150);
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "3",
            "1e400",
            "99999999999",
            "''",
            "'a'",
            "'\u2581'",
            "'ByteLevel'",
            "'Metaspace'",
            "'Replace'",
            "'(?=a)'",
            "'(a|b)*'",
            "'[a'",
            "[]",
            "[[]]",
            "{}",
            "['a','b']",
            "{'type':'Fuse'}");

    /** Values exchanged, removed and added, so that the JSON stays JSON. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void damagedValues(boolean byteLevel) {
        ObjectNode whole = Toy.rich(byteLevel);
        SplittableRandom random = new SplittableRandom(byteLevel ? 3 : 4);
        for (int i = 0; i < FILES; i++) {
            ObjectNode file = whole.deepCopy();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                damage(file, random);
            }
            hold(file.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void damage(ObjectNode file, SplittableRandom random) {
        JsonNode node = file;
        while (true) {
            JsonNode parent = node;
            List<String> names = new ArrayList<>(parent.propertyNames());
            int size = parent.isArray() ? parent.size() : names.size();
            if (size == 0) {
                return;
            }
            int at = random.nextInt(size);
            JsonNode child = parent.isArray() ? parent.get(at) : parent.get(names.get(at));
            if (child.isContainer() && random.nextInt(6) > 0) {
                node = child;
                continue;
            }
            JsonNode value = JsonMapper.shared()
                    .readTree(VALUES.get(random.nextInt(VALUES.size())).replace('\'', '"'));
            if (parent instanceof ArrayNode array) {
                array.set(at, value);
            } else if (parent instanceof ObjectNode object) {
                switch (random.nextInt(3)) {
                    case 0 -> object.remove(names.get(at));
                    case 1 -> object.set("x" + names.get(at), value);
                    default -> object.set(names.get(at), value);
                }
            }
            return;
        }
    }

    private static void hold(byte[] file) {
        BpeTokenizer tokenizer;
        try {
            tokenizer = new ModelFolder("damaged", Map.of(ModelFolder.TOKENIZER, file)).tokenizer();
        } catch (QuipuException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertTrue(e.getMessage().startsWith("damaged/tokenizer.json: "), e.getMessage());
            return;
        }
        String text = "the world's  end <tool> <|end|>\n12 \u00e9\u6f22\ud83e\udd99 \ud800";
        for (int[] ids : new int[][] {tokenizer.encode(text), tokenizer.encodeWithSpecials(text)}) {
            for (int id : ids) {
                assertTrue(id >= 0 && id < tokenizer.vocabularySize());
            }
            tokenizer.decode(ids);
        }
    }
}
