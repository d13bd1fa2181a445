package dev.quipu.runtime.weights;

import java.util.Arrays;
import java.util.Optional;

/** The types that a GGUF file gives its tensors by number, under ggml's names. */
enum GgmlType {
    F32(0, ElementType.F32),
    F16(1, ElementType.F16),
    Q4_0(2, BlockEncoding.Q4_0),
    Q4_1(3, BlockEncoding.Q4_1),
    Q4_2(4),
    Q4_3(5),
    Q5_0(6, BlockEncoding.Q5_0),
    Q5_1(7, BlockEncoding.Q5_1),
    Q8_0(8, BlockEncoding.Q8_0),
    Q8_1(9),
    Q2_K(10),
    Q3_K(11),
    Q4_K(12, BlockEncoding.Q4_K),
    Q5_K(13, BlockEncoding.Q5_K),
    Q6_K(14, BlockEncoding.Q6_K),
    Q8_K(15),
    IQ2_XXS(16),
    IQ2_XS(17),
    IQ3_XXS(18),
    IQ1_S(19),
    IQ4_NL(20),
    IQ3_S(21),
    IQ2_S(22),
    IQ4_XS(23),
    I8(24, ElementType.I8),
    I16(25, ElementType.I16),
    I32(26, ElementType.I32),
    I64(27, ElementType.I64),
    F64(28, ElementType.F64),
    IQ1_M(29),
    BF16(30, ElementType.BF16),
    Q4_0_4_4(31),
    Q4_0_4_8(32),
    Q4_0_8_8(33),
    TQ1_0(34),
    TQ2_0(35),
    IQ4_NL_4_4(36),
    IQ4_NL_4_8(37),
    IQ4_NL_8_8(38),
    MXFP4(39);

    private final int code;
    private final Optional<Encoding> encoding;

    GgmlType(int code, Encoding encoding) {
        this.code = code;
        this.encoding = Optional.of(encoding);
    }

    /** A type that is known by name only. */
    GgmlType(int code) {
        this.code = code;
        this.encoding = Optional.empty();
    }

    int code() {
        return code;
    }

    /** How its elements lie in the file; empty where Quipu cannot read them. */
    Optional<Encoding> encoding() {
        return encoding;
    }

    static Optional<GgmlType> ofCode(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    static Optional<GgmlType> of(Encoding encoding) {
        return Arrays.stream(values())
                .filter(type -> type.encoding.filter(encoding::equals).isPresent())
                .findFirst();
    }
}
