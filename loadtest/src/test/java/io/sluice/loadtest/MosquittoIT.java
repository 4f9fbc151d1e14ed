package io.sluice.loadtest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The clients with mosquitto behind the gateway, the broker most people run. */
final class MosquittoIT extends ClientsThroughGateway {

    @TempDir
    static Path directory;

    @Override
    TestBroker startBroker() throws Exception {
        Optional<Path> program = Mosquitto.program();
        assumeTrue(program.isPresent(), "mosquitto is not installed (.ci/install-test-tools does it)");
        return Mosquitto.start(program.get(), Files.createTempDirectory(directory, "broker"));
    }
}
