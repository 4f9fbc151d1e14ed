package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap as each collector leaves it; in processes of their own, since a JVM has one. */
@Timeout(60)
final class HeapGaugeTest {

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void seesWhatACollectionLeavesAndNotTheGarbage(String collector) throws Exception {
        Process process = new ProcessBuilder(ChildJvm.command(
                        collector, "-Xmx64m", "-cp", System.getProperty("java.class.path"), HeapOfHalf.class.getName()))
                .redirectErrorStream(true)
                .start();

        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    @Test
    void isBetweenNothingAndAll() {
        assertThat(new HeapGauge().live()).isBetween(0.0, 1.0);
    }
}
