package dev.quipu.runtime.pickle;

import java.util.Arrays;
import java.util.Optional;

/** The opcodes of pickle protocols 2 to 5, named as Python's {@code pickletools} names them. */
enum PickleOpcode {
    PROTO(0x80),
    FRAME(0x95),
    STOP('.'),
    MARK('('),
    POP('0'),
    POP_MARK('1'),
    DUP('2'),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8a),
    LONG4(0x8b),
    BINFLOAT('G'),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    BINUNICODE('X'),
    SHORT_BINUNICODE(0x8c),
    BINUNICODE8(0x8d),
    BINBYTES('B'),
    SHORT_BINBYTES('C'),
    BINBYTES8(0x8e),
    BYTEARRAY8(0x96),
    EMPTY_LIST(']'),
    LIST('l'),
    APPEND('a'),
    APPENDS('e'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    EMPTY_DICT('}'),
    DICT('d'),
    SETITEM('s'),
    SETITEMS('u'),
    EMPTY_SET(0x8f),
    ADDITEMS(0x90),
    FROZENSET(0x91),
    BINGET('h'),
    LONG_BINGET('j'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),
    GLOBAL('c'),
    STACK_GLOBAL(0x93),
    REDUCE('R'),
    NEWOBJ(0x81),
    BUILD('b'),
    BINPERSID('Q'),
    // Known so that a refusal names them: text forms of protocol 0, and what no checkpoint of plain values needs.
    INT('I'),
    LONG('L'),
    FLOAT('F'),
    STRING('S'),
    UNICODE('V'),
    GET('g'),
    PUT('p'),
    PERSID('P'),
    INST('i'),
    OBJ('o'),
    NEWOBJ_EX(0x92),
    EXT1(0x82),
    EXT2(0x83),
    EXT4(0x84),
    NEXT_BUFFER(0x97),
    READONLY_BUFFER(0x98);

    private static final PickleOpcode[] BY_CODE = new PickleOpcode[1 << Byte.SIZE];

    static {
        Arrays.stream(values()).forEach(opcode -> BY_CODE[opcode.code] = opcode);
    }

    private final int code;

    PickleOpcode(int code) {
        this.code = code;
    }

    static Optional<PickleOpcode> of(int code) {
        return Optional.ofNullable(BY_CODE[code]);
    }
}
