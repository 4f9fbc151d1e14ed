package io.sluice;

import java.io.IOException;
import java.util.Arrays;

/** Sends two megabytes each way through a gateway over TLS; a process of its own, for what only a whole JVM can set. */
final class KeyUpdates {
    static final String DONE = "carried two megabytes each way";

    private static final int MESSAGES = 200;
    private static final int MESSAGE_BYTES = 10 * 1024;

    private KeyUpdates() {}

    public static void main(String[] arguments) throws IOException {
        byte[] connect = Packets.connect(4);
        byte[] message = Packets.publish(4, new byte[MESSAGE_BYTES]);
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, arguments);
                RawClient client = gateway.secure().open(connect);
                Wire connection = broker.welcome(connect)) {
            client.stopRecording();
            client.readMqtt(4);
            for (int i = 0; i < MESSAGES; i++) {
                client.mqtt(message);
                require(Arrays.equals(connection.read(message.length), message));
                connection.send(message);
                require(Arrays.equals(client.readMqtt(message.length), message));
            }
        }
        System.out.println();
        System.out.println(DONE);
    }

    private static void require(boolean equal) {
        if (!equal) {
            throw new AssertionError("a message was changed");
        }
    }
}
