package io.sluice.loadtest;

import io.sluice.config.HostPort;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes at the broker itself, not through a gateway, and remembers which messages of {@link SteadyPublisher}s came.
 *
 * <p>Thread-safe.
 */
final class Witness implements AutoCloseable {
    private static final int LEVEL = 4;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final List<BitSet> seen = new ArrayList<>();
    private long repeated;
    private @Nullable IOException failure;

    private Witness(Socket socket, int publishers) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        for (int i = 0; i < publishers; i++) {
            seen.add(new BitSet());
        }
    }

    /**
     * Connects and subscribes at QoS 1.
     *
     * @throws IOException the broker does not take it
     */
    static Witness at(HostPort broker, int publishers) throws IOException {
        Socket socket = new Socket(broker.host(), broker.port());
        try {
            Witness witness = new Witness(socket, publishers);
            witness.subscribe();
            Thread reader = new Thread(witness::read, "witness");
            reader.setDaemon(true);
            reader.start();
            return witness;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void subscribe() throws IOException {
        out.write(MqttPackets.connect(LEVEL, "witness", 0));
        expect(MqttPackets.CONNACK, 1);
        out.write(MqttPackets.subscribe(LEVEL, SteadyPublisher.TOPIC_FILTER, 1));
        expect(MqttPackets.SUBACK, 2);
    }

    /** The next packet is of this type, and its last byte but for what a QoS says is no error. */
    private void expect(int type, int codeAt) throws IOException {
        int first = in.readUnsignedByte();
        byte[] body = body();
        if (first >>> 4 != type || (body[codeAt] & 0xFF) > 1) {
            throw new IOException("the broker refuses the subscription");
        }
    }

    private byte[] body() throws IOException {
        int length = 0;
        int shift = 0;
        int octet;
        do {
            octet = in.readUnsignedByte();
            length |= (octet & 0x7F) << shift;
            shift += 7;
        } while (octet > 0x7F);
        byte[] body = new byte[length];
        in.readFully(body);
        return body;
    }

    private void read() {
        try {
            while (true) {
                int first = in.readUnsignedByte();
                byte[] body = body();
                if (first >>> 4 == MqttPackets.PUBLISH) {
                    took(first, ByteBuffer.wrap(body));
                }
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void took(int first, ByteBuffer body) throws IOException {
        body.position(Short.BYTES + body.getShort(0));
        if ((first & 0x06) != 0) {
            out.write(new byte[] {0x40, 2, body.get(), body.get()});
        }
        remember(body.getInt(), body.getInt());
    }

    private synchronized void remember(int publisher, int number) {
        if (seen.get(publisher).get(number)) {
            repeated++;
        }
        seen.get(publisher).set(number);
    }

    private synchronized void failed(IOException e) {
        failure = e;
    }

    /** Different messages that came. */
    synchronized long count() {
        return seen.stream().mapToLong(BitSet::cardinality).sum();
    }

    /** Messages that came again, which QoS 1 allows. */
    synchronized long repeated() {
        return repeated;
    }

    /** Why it hears nothing any more. */
    synchronized @Nullable IOException failure() {
        return failure;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
