package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedDocumentsTest {
    private static final int SEQUENCE = 8;
    private static final int BATCH = 2;
    private static final int END = 257;

    @TempDir
    Path folder;

    private final Arena arena = Arena.ofConfined();
    private final BatchBuffers buffers = new BatchBuffers(buffer(), buffer(), Optional.of(buffer()));
    private TokenFile tokens;

    private Buffer buffer() {
        return Buffer.allocate(arena, DType.I32, BATCH * SEQUENCE);
    }

    /** Documents of 1 to 20 bytes and one without any; the bytes say where in the whole text they stand. */
    @BeforeEach
    void openTokens() throws IOException {
        List<Path> files = new ArrayList<>();
        char next = 1;
        for (int length : new int[] {3, 20, 1, 0, 7, 8, 9, 2, 5}) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append(next++);
            }
            files.add(Files.writeString(folder.resolve("text" + files.size()), text));
        }
        tokens = new TokenCache(folder).tokens(TextFiles.of(files), new ByteTokenizer());
    }

    @AfterEach
    void close() {
        tokens.close();
        arena.close();
    }

    private PackedDocuments packed(TokenRange range) {
        return PackedDocuments.of(tokens, range, SEQUENCE).orElseThrow();
    }

    @Test
    void anEpochHasEveryTokenOfEveryDocumentOnceAndTargetsOfItsOwnDocument() {
        Batches batches = new Batches(packed(tokens.all()), 1, 4, StreamPosition.START);
        List<Integer> seen = new ArrayList<>();
        for (long row = 0; row < batches.rowsPerEpoch(); row++) {
            long targets = batches.targetsAhead(1);
            batches.next(buffers);
            for (int t = 0; t < SEQUENCE; t++) {
                int target = buffers.targets().getInt(t);
                if (target >= 0) {
                    targets--;
                    int token = buffers.tokens().getInt(t);
                    assertTrue(target == token + 1 || target == END, token + " before " + target);
                    seen.add(token);
                }
                int start = buffers.starts().orElseThrow().getInt(t);
                boolean begins = start == t;
                assertTrue(begins || start == buffers.starts().orElseThrow().getInt(t - 1));
                boolean follows = t > 0
                        && target >= 0
                        && buffers.tokens().getInt(t - 1) + 1
                                == buffers.tokens().getInt(t);
                assertTrue(begins || follows, "place " + t + " begins a document");
            }
            assertEquals(0, targets, "as many targets as were said");
        }
        assertEquals(55, seen.size());
        assertEquals(55, seen.stream().distinct().count());
    }

    @Test
    void rowsAreFull() {
        PackedDocuments rows = packed(tokens.all());
        assertEquals(7, rows.count(), "55 places in rows of 8");
        assertEquals(55.0 / 56, rows.filled());
        assertEquals(2, rows.cut(), "documents of 20 and 9 places");
    }

    @Test
    void whatIsLeftOfARowHasNoTargetsAndSeesNothing() {
        Rows rows = packed(new TokenRange(0, 4));
        assertEquals(1, rows.count());
        rows.fill(0, buffers, 1);
        int[] found = buffers.targets().toInts();
        assertArrayEquals(new int[] {2, 3, END, -1, -1, -1, -1, -1}, Arrays.copyOfRange(found, 8, 16));
        int[] starts = buffers.starts().orElseThrow().toInts();
        assertArrayEquals(new int[] {0, 0, 0, 3, 4, 5, 6, 7}, Arrays.copyOfRange(starts, 8, 16));
    }

    @Test
    void goesOnExactlyWhereItStopped() {
        PackedDocuments rows = packed(tokens.all());
        Batches whole = new Batches(rows, BATCH, 3, StreamPosition.START);
        List<String> batches = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            StreamPosition here = whole.position();
            whole.next(buffers);
            batches.add(Arrays.toString(buffers.tokens().toInts()));
            new Batches(packed(tokens.all()), BATCH, 3, here).next(buffers);
            assertEquals(batches.getLast(), Arrays.toString(buffers.tokens().toInts()), here.toString());
        }
        new Batches(rows, BATCH, 4, StreamPosition.START).next(buffers);
        assertNotEquals(batches.getFirst(), Arrays.toString(buffers.tokens().toInts()), "another seed");
    }

    @Test
    void aBatchAllocatesNothing() {
        Batches batches = new Batches(packed(tokens.all()), BATCH, 3, StreamPosition.START);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long epoch = 0;
        long bytes = Long.MAX_VALUE;
        for (int i = 0; i < 20_000 && bytes != 0; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long targets = batches.targetsAhead(1);
            batches.next(buffers);
            long after = threads.getCurrentThreadAllocatedBytes();
            boolean sameEpoch = batches.position().epoch() == epoch && targets > 0;
            epoch = batches.position().epoch();
            bytes = sameEpoch ? after - before : bytes;
        }
        assertEquals(0, bytes);
    }

    @Test
    void theTailIsHeldOutInWholeDocuments() {
        DataSplit split = DataSplit.ofDocuments(tokens, 0.1);
        assertEquals(64, tokens.length());
        // 6.4 of 64 tokens: the last document has 6
        assertEquals(new TokenRange(0, 58), split.training());
        assertEquals(new TokenRange(58, 64), split.validation().orElseThrow());
        assertEquals(
                new TokenRange(55, 64),
                DataSplit.ofDocuments(tokens, 0.15).validation().orElseThrow());
        assertEquals(
                new TokenRange(58, 64),
                DataSplit.ofDocuments(tokens, 1e-9).validation().orElseThrow());
        assertEquals(
                new TokenRange(4, 64),
                DataSplit.ofDocuments(tokens, 0.999).validation().orElseThrow());
        assertTrue(DataSplit.ofDocuments(tokens, 0).validation().isEmpty());
    }

    @Test
    void documentsEndWhereTheyEnd() {
        assertEquals(9, tokens.documents());
        long[] ends = {4, 25, 27, 28, 36, 45, 55, 58, 64};
        for (int document = 0; document < ends.length; document++) {
            assertEquals(ends[document], tokens.documentEnd(document));
            assertEquals(document, tokens.documentAt(ends[document] - 1));
        }
        assertEquals(9, tokens.documentAt(64));
    }
}
