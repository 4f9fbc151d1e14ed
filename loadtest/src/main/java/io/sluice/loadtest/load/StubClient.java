package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the {@link StubBroker}.
 *
 * <p>Confined to the broker's thread.
 */
final class StubClient implements PacketFeed.Taker {
    private static final int CONNECT = 1;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int PINGREQ = 12;

    private static final int MOST_PENDING = 16 << 20;
    private static final int FIRST_SIZE = 1024;
    /** Fixed header, packet identifier and length of properties. */
    private static final int MOST_HEADER = 12;

    private final StubBroker broker;
    private final SocketChannel channel;
    private final PacketFeed packets = new PacketFeed();
    private final Map<StubBroker.Topic, Integer> subscriptions = new HashMap<>();
    private ByteBuffer out = ByteBuffer.allocateDirect(FIRST_SIZE);
    private StubBroker.@Nullable Topic last;
    private @Nullable StubSocket socket;
    private @Nullable SelectionKey key;
    private boolean heard;
    private int level = 4;
    private int id;
    private boolean flushing;
    private boolean ended;

    StubClient(StubBroker broker, SocketChannel channel) throws IOException {
        this.broker = broker;
        this.channel = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    void register(SelectionKey registered) {
        key = registered;
    }

    void ready(SelectionKey selected, ByteBuffer in) {
        if (selected.isWritable()) {
            flush();
        }
        if (ended || !selected.isReadable()) {
            return;
        }
        try {
            if (channel.read(in.clear()) < 0) {
                end();
            } else {
                take(in.flip());
            }
        } catch (IOException | BufferUnderflowException | IndexOutOfBoundsException e) {
            end(); // gone, or it does not speak MQTT
        }
    }

    private void take(ByteBuffer in) {
        if (!heard && in.hasRemaining()) {
            heard = true;
            socket = in.get(in.position()) == StubSocket.FIRST ? new StubSocket() : null;
        }
        StubSocket frames = socket;
        if (frames == null) {
            packets.feed(in, this);
        } else {
            frames.feed(in, packets, this);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    @Override
    public void malformedPacket() {
        end();
    }

    @Override
    public boolean packet(int firstByte, ByteBuffer body) {
        switch (firstByte >>> 4) {
            case CONNECT -> connect(body);
            case MqttPackets.PUBLISH -> publish(firstByte, body);
            case PUBREL -> answer(0x7002_0000 | (body.getShort() & 0xFFFF));
            case PUBREC -> answer(0x6202_0000 | (body.getShort() & 0xFFFF));
            case SUBSCRIBE -> subscribe(body);
            case UNSUBSCRIBE -> unsubscribe(body);
            case PINGREQ -> room(2).putShort((short) 0xD000);
            case MqttPackets.DISCONNECT -> end();
            default -> {
                // PUBACK, PUBCOMP: nothing is kept that they would end
            }
        }
        return !ended;
    }

    private void connect(ByteBuffer body) {
        level = body.get(body.position() + 2 + Message.topicLength(body));
        room(5).put(MqttPackets.packet(0x20, new byte[] {0, 0}, MqttPackets.noProperties(level)));
    }

    private void answer(int packet) {
        room(4).putInt(packet);
    }

    // -------------------------------------------------------------------------------------------------------
    // publishing

    private void publish(int firstByte, ByteBuffer body) {
        int start = body.position();
        int qos = firstByte >>> 1 & 3;
        StubBroker.Topic topic = topic(body);
        if (qos > 0) {
            answer((qos == 1 ? 0x4002_0000 : 0x5002_0000) | (body.getShort() & 0xFFFF));
        }
        int properties = body.position();
        if (level >= 5) {
            body.position(Message.afterProperties(body, properties));
        }
        int payload = body.position();
        for (StubClient subscriber : topic.subscribers()) {
            body.position(payload);
            subscriber.deliver(topic, qos, body, level >= 5 ? properties : payload);
        }
        body.position(start);
        if (topic.subscribers().isEmpty()) {
            broker.forget(topic);
        }
    }

    /** Reads a topic, most often that of the message before. */
    private StubBroker.Topic topic(ByteBuffer body) {
        int length = body.getShort() & 0xFFFF;
        int limit = body.limit();
        body.limit(body.position() + length);
        StubBroker.Topic topic = last;
        if (topic == null || topic.subscribers().isEmpty() || !topic.name().equals(body)) {
            topic = broker.topic(body.duplicate());
            last = topic;
        }
        body.position(body.limit()).limit(limit);
        return topic;
    }

    /**
     * Appends a PUBLISH.
     *
     * @param body at its payload
     * @param properties where its properties begin; the payload's beginning where it has none
     */
    private void deliver(StubBroker.Topic topic, int publishedQos, ByteBuffer body, int properties) {
        int qos = Math.min(publishedQos, subscriptions.getOrDefault(topic, 0));
        int payload = body.position();
        boolean keepsProperties = level >= 5 && properties < payload;
        body.position(keepsProperties ? properties : payload);
        int own = level >= 5 && !keepsProperties ? 1 : 0;
        int length = 2 + topic.name().limit() + (qos > 0 ? 2 : 0) + own + body.remaining();
        if (out.position() + length + MOST_HEADER > MOST_PENDING) {
            return;
        }
        ByteBuffer to = room(length + MOST_HEADER).put((byte) (0x30 | qos << 1));
        for (int left = length; ; left >>>= 7) {
            to.put((byte) (left > 0x7F ? left | 0x80 : left));
            if (left <= 0x7F) {
                break;
            }
        }
        to.putShort((short) topic.name().limit()).put(topic.name().duplicate());
        if (qos > 0) {
            id = id == 0xFFFF ? 1 : id + 1;
            to.putShort((short) id);
        }
        if (own > 0) {
            to.put((byte) 0);
        }
        to.put(body);
    }

    // ------------------------------------------------------------------------------------------------------
    // subscribing

    private void subscribe(ByteBuffer body) {
        short packetId = body.getShort();
        if (level >= 5) {
            body.position(Message.afterProperties(body, body.position()));
        }
        byte[] codes = new byte[body.remaining() / 3];
        int count = 0;
        while (body.remaining() > 2) {
            StubBroker.Topic topic = broker.topic(string(body));
            int qos = Math.min(body.get() & 3, 1);
            if (subscriptions.put(topic, qos) == null) {
                topic.subscribers().add(this);
            }
            codes[count++] = (byte) qos;
        }
        acknowledge(0x90, packetId, codes, count);
    }

    private void unsubscribe(ByteBuffer body) {
        short packetId = body.getShort();
        if (level >= 5) {
            body.position(Message.afterProperties(body, body.position()));
        }
        int count = 0;
        while (body.remaining() > 1) {
            StubBroker.Topic topic = broker.topic(string(body));
            subscriptions.remove(topic);
            topic.subscribers().remove(this);
            broker.forget(topic);
            count++;
        }
        acknowledge(0xB0, packetId, new byte[count], level >= 5 ? count : 0);
    }

    private void acknowledge(int firstByte, short packetId, byte[] codes, int count) {
        byte[] packetIdBytes = {(byte) (packetId >> 8), (byte) packetId};
        byte[] used = new byte[count];
        System.arraycopy(codes, 0, used, 0, count);
        byte[] packet = MqttPackets.packet(firstByte, packetIdBytes, MqttPackets.noProperties(level), used);
        room(packet.length).put(packet);
    }

    private static ByteBuffer string(ByteBuffer body) {
        int length = body.getShort() & 0xFFFF;
        ByteBuffer text = body.slice(body.position(), length);
        body.position(body.position() + length);
        return text;
    }

    // --------------------------------------------------------------------------------------------------------------
    // out

    /** The output with so much room, to be written at the end of this turn. */
    private ByteBuffer room(int size) {
        if (out.remaining() < size) {
            int needed = out.position() + size;
            out = ByteBuffer.allocateDirect(Math.max(needed, out.capacity() * 2))
                    .put(out.flip());
        }
        willFlush();
        return out;
    }

    void willFlush() {
        if (!flushing) {
            flushing = true;
            broker.willFlush(this);
        }
    }

    void flush() {
        flushing = false;
        SelectionKey registered = key;
        if (ended || registered == null) {
            return;
        }
        try {
            boolean all = write();
            registered.interestOps(all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        } catch (IOException e) {
            end();
        }
    }

    /** Writes what the channel takes; true: nothing is left. */
    private boolean write() throws IOException {
        StubSocket frames = socket;
        ByteBuffer wire = out.flip();
        if (frames != null) {
            wire = frames.framed(out);
            out.compact();
        }
        channel.write(wire);
        wire.compact();
        return wire.position() == 0 && out.position() == 0;
    }

    private void end() {
        ended = true;
        subscriptions.keySet().forEach(topic -> {
            topic.subscribers().remove(this);
            broker.forget(topic);
        });
        subscriptions.clear();
        try {
            channel.close();
        } catch (IOException e) {
            // its descriptor is gone all the same
        }
    }
}
