package io.sluice.loadtest;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the microbenchmarks, with what they allocate; {@code -Dbenchmark=NAME} picks some. */
final class Benchmarks {
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 5;

    @Test
    void run() throws Exception {
        new Runner(new OptionsBuilder()
                        .include(System.getProperty("benchmark", "io.sluice"))
                        .forks(1)
                        .warmupIterations(WARM_UPS)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(ROUNDS)
                        .measurementTime(TimeValue.seconds(1))
                        .timeUnit(TimeUnit.NANOSECONDS)
                        .addProfiler(GCProfiler.class)
                        .resultFormat(ResultFormatType.JSON)
                        .result("target/jmh.json")
                        .build())
                .run();
    }
}
