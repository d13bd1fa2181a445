package dev.quipu.runtime.tokenizer.bpe;

/** Takes the pieces of a text in their order. */
@FunctionalInterface
interface WordSink {
    /** A piece that is not empty. */
    void take(char[] text, int begin, int end, Place place);
}
