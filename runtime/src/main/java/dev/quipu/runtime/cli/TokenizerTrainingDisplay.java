package dev.quipu.runtime.cli;

import dev.quipu.runtime.tokenizer.sentencepiece.BpeTrainerListener;
import dev.quipu.runtime.training.Progress;

/** Shows the training of a tokenizer: first how much text is read, then how many pairs are merged. */
final class TokenizerTrainingDisplay implements BpeTrainerListener, AutoCloseable {
    private static final int MEGA = 1_000_000;

    private Progress progress;
    private boolean merging;

    /** A display of a training on so many bytes of text. */
    TokenizerTrainingDisplay(long bytes) {
        progress = Progress.start("reading", "MB", Math.ceilDiv(bytes, MEGA));
    }

    @Override
    public void read(long bytes) {
        progress.update(Math.ceilDiv(bytes, MEGA), () -> "");
    }

    @Override
    public void merged(int done, int wanted, String piece) {
        if (!merging) {
            merging = true;
            progress.close();
            progress = Progress.start("merging", "pieces", wanted);
        }
        progress.update(done, () -> piece.replaceAll("\\p{Cntrl}", "\uFFFD"));
    }

    @Override
    public void say(String line) {
        progress.say(line);
    }

    @Override
    public void close() {
        progress.close();
    }
}
