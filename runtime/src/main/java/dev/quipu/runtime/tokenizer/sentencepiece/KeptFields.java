package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;

/** The fields of a message that Quipu gives no meaning to. They are written back as they were read. */
public final class KeptFields {
    /** No fields. */
    public static final KeptFields NONE = new KeptFields(UnknownFieldSet.getDefaultInstance());

    private final UnknownFieldSet fields;

    private KeptFields(UnknownFieldSet fields) {
        this.fields = fields;
    }

    static KeptFields of(UnknownFieldSet.Builder fields) {
        UnknownFieldSet built = fields.build();
        return built.asMap().isEmpty() ? NONE : new KeptFields(built);
    }

    /** These and more, as when a message comes in two parts. */
    KeptFields and(KeptFields more) {
        return of(fields.toBuilder().mergeFrom(more.fields));
    }

    void write(CodedOutputStream output) throws IOException {
        fields.writeTo(output);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeptFields kept && fields.equals(kept.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** Only how many there are: their content may be long. */
    @Override
    public String toString() {
        return fields.asMap().size() + " other fields";
    }
}
