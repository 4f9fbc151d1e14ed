package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much of a connection is read at once, and in a turn. */
final class ReadBudgetTest {
    private final IoThreads threads = IoThreads.start(1, 0);
    private final IoContext io = new IoContext(threads.worker().getIoThread(0), UnpooledByteBufAllocator.DEFAULT, 0);
    private final ReadBudget budget = new ReadBudget();

    @AfterEach
    void stop() {
        threads.stop();
    }

    @Test
    void readsMoreWhileThereIsPlentyAndOneRecordAfterTheOtherSideBlocked() {
        assertThat(budget.records()).isEqualTo(1);

        budget.filled();
        assertThat(budget.records()).isEqualTo(2);
        budget.filled();
        budget.filled();
        assertThat(budget.records()).isEqualTo(IoContext.MOST_RECORDS);

        budget.blocked();
        assertThat(budget.records()).isEqualTo(1);
    }

    @Test
    void isOverdrawnBehindFourMebibytesInOneTurn() {
        int read = 64 * 1024;
        for (int i = 0; i < 64; i++) {
            assertThat(budget.overdrawn(read, io.ticks())).isFalse();
        }
        assertThat(budget.overdrawn(1, io.ticks())).isTrue();

        io.tick();

        assertThat(budget.overdrawn(read, io.ticks())).isFalse();
    }
}
