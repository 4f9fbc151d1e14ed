package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What remains of a gateway in a JVM that goes on. */
@Timeout(60)
class StoppedGatewayIT {
    private static final byte[] CONNECT = Packets.connect(4);

    @Test
    void isKeptByNothing() throws Exception {
        WeakReference<Gateway> stopped = startUseAndStop();

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (stopped.get() != null) {
            assertThat(System.nanoTime() - deadline).as("it is collected").isNegative();
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static WeakReference<Gateway> startUseAndStop() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker);
                RawClient plain = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT);
                RawClient secure = gateway.secure().open(CONNECT);
                Wire secureConnection = broker.welcome(CONNECT)) {
            plain.readMqtt(4);
            secure.readMqtt(4);
            plain.mqtt(Packets.PINGREQ);
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
            secure.mqtt(Packets.PINGREQ);
            assertThat(secureConnection.read(2)).isEqualTo(Packets.PINGREQ);
            assertThat(gateway.gateway().metrics().scrape()).isNotEmpty();
            return new WeakReference<>(gateway.gateway());
        }
    }
}
