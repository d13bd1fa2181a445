package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/** Turns the words of one text into tokens, one after the other. */
final class WordEncoder implements WordSink {
    private static final int SCRATCH = Symbols.MOST_PER_CHAR * WordCache.LONGEST_WORD;
    /** No vocabulary has longer words, in {@code char}s; only spares the spelling of whole texts. */
    private static final int LONGEST_TOKEN = 1 << 12;

    private final BpeModel model;
    private final TokenList tokens;
    private final Merger merger;
    private final int[] scratch = new int[SCRATCH];

    WordEncoder(BpeModel model, TokenList tokens) {
        this.model = model;
        this.tokens = tokens;
        this.merger = new Merger(model.merges(), model.neighbours());
    }

    @Override
    public void take(char[] text, int begin, int end, Place place) {
        if (end - begin > WordCache.LONGEST_WORD) {
            encodeLong(text, begin, end);
            return;
        }
        int slot = WordCache.slot(text, begin, end);
        int[] known = model.cache().get(slot, text, begin, end);
        if (known == null) {
            known = Arrays.copyOf(scratch, encode(text, begin, end, scratch));
            model.cache().put(slot, text, begin, end, known);
        }
        tokens.addAll(known, known.length);
    }

    private void encodeLong(char[] text, int begin, int end) {
        int[] symbols = new int[Math.multiplyExact(Symbols.MOST_PER_CHAR, end - begin)];
        tokens.addAll(symbols, encode(text, begin, end, symbols));
    }

    private int encode(char[] text, int begin, int end, int[] symbols) {
        if (model.wholeWords().isPresent() && end - begin <= LONGEST_TOKEN) {
            Integer whole = model.wholeWords().get().get(model.symbols().spelling(text, begin, end));
            if (whole != null) {
                symbols[0] = whole;
                return 1;
            }
        }
        return merger.merge(symbols, model.symbols().symbols(text, begin, end, symbols));
    }
}
