package dev.quipu.runtime.tokenizer.sentencepiece;

/** Told how the training of a tokenizer goes on, by the thread that trains. */
public interface BpeTrainerListener {
    /** Hears nothing. */
    BpeTrainerListener NONE = new BpeTrainerListener() {
        @Override
        public void read(long bytes) {}

        @Override
        public void merged(int done, int wanted, String piece) {}

        @Override
        public void say(String line) {}
    };

    /** So much of the text was read, in bytes of UTF-8. */
    void read(long bytes);

    /** Another pair became a piece. */
    void merged(int done, int wanted, String piece);

    /** Something that the user should know, in one line. */
    void say(String line);
}
