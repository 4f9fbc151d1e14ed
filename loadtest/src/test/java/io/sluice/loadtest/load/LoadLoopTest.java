package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class LoadLoopTest {
    private static final int LOOPS = 50;

    private static long openDescriptors() {
        return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getOpenFileDescriptorCount();
    }

    @Test
    void aLoopWhoseScriptCannotBeMadeLeavesNoDescriptor() {
        long before = openDescriptors();

        for (int i = 0; i < LOOPS; i++) {
            assertThatThrownBy(() -> new LoadLoop("test", System::nanoTime, new Window(), new Buffers(0, 1), loop -> {
                        throw new IllegalStateException("no script");
                    }))
                    .hasMessage("no script");
        }

        assertThat(openDescriptors()).isLessThan(before + LOOPS);
    }
}
