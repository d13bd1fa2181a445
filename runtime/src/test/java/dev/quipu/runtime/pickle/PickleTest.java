package dev.quipu.runtime.pickle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.pickle.PickleValue.Built;
import dev.quipu.runtime.pickle.PickleValue.Bytes;
import dev.quipu.runtime.pickle.PickleValue.Global;
import dev.quipu.runtime.pickle.PickleValue.Mapping;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickleTest {
    private static Pickle read(byte[] bytes) {
        return Pickle.read(MemorySegment.ofArray(bytes), "file.pt, data.pkl", new PlainGlobals());
    }

    private static String shown(PickleValue value) {
        return switch (value) {
            case Scalar scalar -> String.valueOf(scalar.value());
            case Bytes bytes -> "b" + Arrays.toString(bytes.bytes().toArray(ValueLayout.JAVA_BYTE));
            case Sequence sequence ->
                sequence.kind()
                        + sequence.items().stream().map(PickleTest::shown).toList();
            case Mapping mapping -> {
                Map<String, String> entries = new LinkedHashMap<>();
                mapping.entries().forEach((key, item) -> entries.put(shown(key), shown(item)));
                yield entries
                        + (Scalar.NONE.equals(mapping.attributes()) ? "" : " with " + shown(mapping.attributes()));
            }
            case Global global -> global.name();
            case Built built -> built.kind();
        };
    }

    /** One value of every plain kind, as Python 3.11's {@code pickle.dumps(value, protocol)} writes it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "80027d71002858010000006971014afeffffff580300000062696771028a090000000000000000405801000000667103473ff8"
                        + "00000000000058010000007371045802000000c3a971055801000000627106635f636f646563730a656e636f64"
                        + "650a7107580300000001c3bf710858060000006c6174696e31710986710a52710b580100000074710c884e8671"
                        + "0d58010000006c710e5d710f284b015d71104b02616558030000007365747111635f5f6275696c74696e5f5f0a"
                        + "7365740a71125d71134b076185711452711558020000006f64711663636f6c6c656374696f6e730a4f72646572"
                        + "6564446963740a71172952711858010000007871194b017358020000006e73711a6361726770617273650a4e61"
                        + "6d6573706163650a711b2981711c7d711d580100000071711e4b027362580400000073616d65711f680f752e",
                "80037d71002858010000006971014afeffffff580300000062696771028a090000000000000000405801000000667103473ff8"
                        + "00000000000058010000007371045802000000c3a971055801000000627106430201ff71075801000000747108"
                        + "884e86710958010000006c710a5d710b284b015d710c4b0261655803000000736574710d636275696c74696e73"
                        + "0a7365740a710e5d710f4b076185711052711158020000006f64711263636f6c6c656374696f6e730a4f726465"
                        + "726564446963740a71132952711458010000007871154b017358020000006e7371166361726770617273650a4e"
                        + "616d6573706163650a7117298171187d7119580100000071711a4b027362580400000073616d65711b680b752e",
                "800495c2000000000000007d94288c0169944afeffffff8c03626967948a090000000000000000408c016694473ff800000000"
                        + "00008c0173948c02c3a9948c016294430201ff948c017494884e86948c016c945d94284b015d944b0261658c03"
                        + "736574948f94284b07908c026f64948c0b636f6c6c656374696f6e73948c0b4f72646572656444696374949394"
                        + "2952948c0178944b01738c026e73948c086172677061727365948c094e616d6573706163659493942981947d94"
                        + "8c0171944b0273628c0473616d6594680b752e",
                "800595c2000000000000007d94288c0169944afeffffff8c03626967948a090000000000000000408c016694473ff800000000"
                        + "00008c0173948c02c3a9948c016294430201ff948c017494884e86948c016c945d94284b015d944b0261658c03"
                        + "736574948f94284b07908c026f64948c0b636f6c6c656374696f6e73948c0b4f72646572656444696374949394"
                        + "2952948c0178944b01738c026e73948c086172677061727365948c094e616d6573706163659493942981947d94"
                        + "8c0171944b0273628c0473616d6594680b752e"
            })
    void readsWhatPythonWrites(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Pickle pickle = read(Arrays.copyOf(bytes, bytes.length + 5));
        assertEquals(
                "{i=-2, big=1180591620717411303424, f=1.5, s=\u00e9, b=b[1, -1], t=a tuple[true, null], l=a list[1, a"
                        + " list[2]], set=a set[7], od={x=1}, ns={} with {q=2}, same=a list[1, a list[2]]}",
                shown(pickle.value()));
        assertEquals(bytes.length, pickle.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MARK BININT1:1 BININT2:258 BININT:-1 TUPLE STOP                    | a tuple[1, 258, -1]
        LONG1:0 STOP                                                       | 0
        #8a01ff STOP                                                       | -1
        #8a0800000000000000ff STOP                                         | -72057594037927936
        #8b0900000000000000000001 STOP                                     | 18446744073709551616
        BININT1:1 DUP TUPLE2 STOP                                          | a tuple[1, 1]
        BININT1:1 MARK BININT1:2 BININT1:3 POP_MARK STOP                   | 1
        BININT1:1 BININT1:2 POP STOP                                       | 1
        MARK BININT1:1 BININT1:2 LIST STOP                                 | a list[1, 2]
        MARK BININT1:1 BININT1:2 DICT STOP                                 | {1=2}
        MARK BININT1:1 FROZENSET STOP                                      | a set[1]
        MARK BININT1:1 BININT1:2 BININT1:1 BININT1:3 DICT STOP             | {1=3}
        EMPTY_LIST LONG_BINPUT:70000 BININT1:5 APPEND POP LONG_BINGET:70000 STOP | a list[5]
        GLOBAL:__builtin__:frozenset BININT1:1 TUPLE1 TUPLE1 REDUCE STOP   | a set[1]
        GLOBAL:collections:OrderedDict MARK BININT1:1 BININT1:2 TUPLE2 LIST TUPLE1 REDUCE STOP | {1=2}
        GLOBAL:collections:defaultdict GLOBAL:builtins:int TUPLE1 REDUCE STOP | {}
        GLOBAL:builtins:str STOP                                           | builtins.str
        """)
    void readsPlainValues(String text, String expected) {
        assertEquals(expected, shown(read(PickleText.bytes(text)).value()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GLOBAL:posix:system BINUNICODE:ls TUPLE1 REDUCE STOP | GLOBAL at byte 0: expected tensors and plain containers, found the name posix.system; nothing
        SHORT_BINUNICODE:os SHORT_BINUNICODE:system STACK_GLOBAL STOP | STACK_GLOBAL at byte 12: expected tensors and plain containers, found the name os.system
        GLOBAL:builtins:eval STOP                  | found the name builtins.eval
        GLOBAL:builtins:int BININT1:1 TUPLE1 REDUCE STOP | expected a constructor of a plain container, found the name builtins.int
        #630affff0a                                | expected text in UTF-8
        BININT1:1 BININT1:2 REDUCE STOP            | a function to call, found the number 1
        GLOBAL:builtins:set EMPTY_LIST REDUCE STOP | a tuple of arguments, found a list
        GLOBAL:builtins:set BININT1:1 TUPLE1 REDUCE STOP | one list or tuple, found 1 arguments, the first the number 1
        PROTO:6 NONE STOP                          | protocol 6
        PROTO:1 NONE STOP                          | protocol 1
        BININT1:1 BINPERSID STOP                   | no persistent ids
        INT STOP                                   | INT at byte 0: expected plain containers of a pickle of protocol 2 to 5
        INST STOP                                  | found INST
        EXT1:1 STOP                                | found EXT1
        NEWOBJ_EX STOP                             | found NEWOBJ_EX
        PERSID STOP                                | found PERSID
        #ff                                        | byte 0: expected an opcode of a pickle, found byte 0xff
        NONE                                       | byte 1: expected 1 more bytes, found 0 bytes
        STOP                                       | expected 1 values on the stack, found 0
        TUPLE STOP                                 | expected a mark on the stack
        NONE MARK APPEND STOP                      | expected 1 values on the stack, found 0
        NONE MARK TUPLE1 STOP                      | expected 1 values on the stack, found 0
        NONE NONE APPEND STOP                      | a list or set to add to, found None
        EMPTY_TUPLE NONE APPEND STOP               | a list or set to add to, found a tuple
        EMPTY_LIST NONE NONE SETITEM STOP          | a dictionary to add to, found a list
        EMPTY_DICT MARK NONE SETITEMS STOP         | a value for each key
        EMPTY_DICT EMPTY_LIST NONE SETITEM STOP    | keys that are strings or numbers, found a list
        EMPTY_LIST EMPTY_DICT BUILD STOP           | a dictionary of attributes for a plain object, found a dictionary for a list
        BINGET:3 STOP                              | a value at 3 of the memo, found none
        LONG1:65 STOP                              | a number of at most 64 bytes, found 65
        LONG4:-1 STOP                              | a number of at most 64 bytes, found -1
        LONG4:2147483647 STOP                      | found 2147483647
        BINUNICODE8:9223372036854775807 STOP       | expected 9223372036854775807 more bytes
        BINBYTES8:-1 STOP                          | expected 18446744073709551615 more bytes
        GLOBAL:_codecs:encode BINUNICODE:a BINUNICODE:rot13 TUPLE2 REDUCE STOP | the encoding latin1
        """)
    void refusesInOneLine(String text, String expected) {
        String message = assertThrows(QuipuException.class, () -> read(PickleText.bytes(text)))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith("file.pt, data.pkl, "), message);
    }

    @Test
    void showsDamagedNamesOnOneLine() {
        byte[] name = ("\u0080\u0002c" + "a\u0001\r".repeat(60) + "\nb\n").getBytes(StandardCharsets.ISO_8859_1);
        String message = assertThrows(QuipuException.class, () -> read(name)).getMessage();
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
        assertTrue(message.length() < 600, message);
    }

    /** Each would take unbounded time or memory in a reader that does as it is told. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        LETTERS:40000 BINPUT:0              | GLOBAL:_codecs:encode BINGET:0 BINUNICODE:latin1 TUPLE2 REDUCE  | 20000
        EMPTY_LIST BINPUT:0 MARK TUPLES:20000 APPENDS | GLOBAL:builtins:list BINGET:0 TUPLE1 REDUCE          | 20000
        EMPTY_DICT BINPUT:0 MARK PAIRS:20000 SETITEMS | GLOBAL:collections:Counter BINGET:0 TUPLE1 REDUCE    | 20000
        NONE                               | EMPTY_DICT                                                      | 9000000
        NONE                               | MARK                                                            | 9000000
        """)
    void boundsTimeAndMemory(String start, String repeated, int times) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : start.split(" ", 0)) {
            bytes.writeBytes(many(token));
        }
        byte[] again = PickleText.bytes(repeated);
        for (int i = 0; i < times; i++) {
            bytes.writeBytes(again);
        }
        bytes.writeBytes(PickleText.bytes("STOP"));
        String message = assertTimeout(
                Duration.ofSeconds(20),
                () -> assertThrows(QuipuException.class, () -> read(bytes.toByteArray()))
                        .getMessage());
        assertTrue(message.contains("at most 4000000 values"), message);
    }

    /** One opcode, or one of three that stand for many. */
    private static byte[] many(String token) {
        int count = token.contains("S:") ? Integer.parseInt(token.substring(token.indexOf(':') + 1)) : 0;
        return PickleText.bytes(
                switch (token.substring(0, Math.max(0, token.indexOf(':')))) {
                    case "LETTERS" -> "BINUNICODE:" + "x".repeat(count);
                    case "TUPLES" -> "EMPTY_TUPLE ".repeat(count);
                    case "PAIRS" ->
                        IntStream.range(0, count)
                                .mapToObj(key -> "BININT:" + key + " NONE")
                                .collect(Collectors.joining(" "));
                    default -> token;
                });
    }

    /** A key that is long takes long to compare: setting it over and over is refused at once. */
    @Test
    void refusesLongKeys() {
        String text = "EMPTY_DICT BINUNICODE:" + "k".repeat(1025) + " NONE SETITEM STOP";
        assertThrows(QuipuException.class, () -> read(PickleText.bytes(text)));
        assertTrue(
                shown(read(PickleText.bytes(text.replace("kk ", "k "))).value()).endsWith("k=null}"));
    }

    @Test
    void neverRunsOnThroughNestedValues() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(PickleText.bytes("NONE"));
        for (int i = 0; i < 1_000_000; i++) {
            bytes.writeBytes(PickleText.bytes("TUPLE1"));
        }
        bytes.writeBytes(PickleText.bytes("BINPUT:0 EMPTY_LIST BINGET:0 APPEND STOP"));
        assertEquals("a list", read(bytes.toByteArray()).value().kind());
    }
}
