package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class SignalsTest {

    @Test
    void runsTheActionAtEachArrival() throws Exception {
        Semaphore arrivals = new Semaphore(0);

        boolean installed = Signals.on("WINCH", arrivals::release);

        assertThat(installed).isTrue();
        for (int i = 0; i < 2; i++) {
            kill("WINCH");
            assertThat(arrivals.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void saysWhenThereIsNoSuchSignal() {
        assertThat(Signals.on("NONSUCH", () -> {})).isFalse();
    }

    private static void kill(String signal) throws Exception {
        long pid = ProcessHandle.current().pid();
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
