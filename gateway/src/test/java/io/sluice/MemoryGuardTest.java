package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.MemoryConfig;
import io.sluice.limit.HoldBudget;
import io.sluice.net.IoThreads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryGuardTest {
    @Test
    @DisplayName("what is short at its worst must not be the end of looking")
    void looksAgainAfterAnError() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        HoldBudget budget = new HoldBudget(1 << 20);
        IoThreads threads = IoThreads.start(1, 0, 8);
        try (LogLines log = new LogLines();
                MemoryGuard guard = new MemoryGuard(
                        new MemoryConfig(70, 80, 90),
                        new Sessions(threads, budget),
                        budget,
                        () -> 0,
                        () -> {
                            if (looks.incrementAndGet() == 1) {
                                throw new OutOfMemoryError("scripted");
                            }
                            return 0.75;
                        },
                        () -> {})) {
            guard.start();

            log.await("memory was not looked at");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (guard.level() == 0) {
                assertThat(System.nanoTime() - deadline).as("it comes true").isNegative();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            assertThat(guard.level()).isOne();
        } finally {
            threads.stop();
        }
    }
}
