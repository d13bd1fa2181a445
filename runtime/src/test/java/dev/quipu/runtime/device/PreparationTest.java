package dev.quipu.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quipu.runtime.reference.ReferenceDevice;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreparationTest {
    @Test
    void whatHasBegunIsNotInterruptedAndWhatHasNotIsLeft() throws InterruptedException {
        int threads = Runtime.getRuntime().availableProcessors();
        CountDownLatch running = new CountDownLatch(threads);
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(threads);
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicInteger begun = new AtomicInteger();
        try (Preparation preparation = new Preparation(new ReferenceDevice())) {
            for (int i = 0; i < 2 * threads; i++) {
                preparation.begin(() -> {
                    begun.incrementAndGet();
                    running.countDown();
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                    ended.countDown();
                    throw new IllegalStateException("no program");
                });
            }
            running.await();
        }
        closed.countDown();
        ended.await();
        assertFalse(interrupted.get());
        assertEquals(threads, begun.get());
    }
}
