package io.sluice.loadtest;

import io.sluice.config.HostPort;

/** The clients with Artemis behind the gateway. */
final class RealClientsIT extends ClientsThroughGateway {

    @Override
    TestBroker startBroker() {
        return new Artemis(EmbeddedBroker.start());
    }

    /** Thread-safe. */
    private record Artemis(EmbeddedBroker broker) implements TestBroker {
        @Override
        public HostPort address() {
            return broker.address();
        }

        @Override
        public void kill() {
            broker.close();
        }

        @Override
        public void close() {
            broker.close();
        }
    }
}
