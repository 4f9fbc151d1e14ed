package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The clients of the rolling restart, before one gateway that is started again. */
@Timeout(120)
class SteadyCrowdIT {
    private static final int CLIENTS = 30;

    @TempDir
    static Path certificates;

    @Test
    void comesBackWithAllThatWasNotAcknowledged() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start();
                Witness witness = Witness.at(broker.address(), CLIENTS)) {
            Demo first = gateway(0, broker);
            URI uri = first.mqtt();
            try (SteadyCrowd crowd = SteadyCrowd.connect(CLIENTS, first.trust().httpClient(), uri)) {

                crowd.begin("restart");
                first.close();
                try (Demo second = gateway(uri.getPort(), broker)) {
                    crowd.awaitReconnects(CLIENTS);
                    RollingFigures figures = crowd.finish(witness);

                    assertThat(second.mqtt()).isEqualTo(uri);
                    assertThat(figures.sent()).isGreaterThanOrEqualTo(CLIENTS).isEqualTo(figures.arrived());
                    assertThat(figures.rates().keySet()).containsExactly("restart");
                    assertThat(figures.rates().get("restart"))
                            .satisfies(rate -> assertThat(rate.count()).isGreaterThanOrEqualTo(CLIENTS));
                    assertThat(figures.longestOffline()).isPositive();
                }
            }
        }
    }

    private static Demo gateway(int port, EmbeddedBroker broker) throws Exception {
        return Demo.start(
                certificates,
                List.of(new HostPort("127.0.0.1", port)),
                Optional.of(broker.address()),
                List.of("drain.unready-delay=0s", "drain.close-spread-time=0s"));
    }
}
