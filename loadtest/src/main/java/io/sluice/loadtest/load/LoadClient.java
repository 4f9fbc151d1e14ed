package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Arrays;

/**
 * One client: TCP, TLS, upgrade and CONNECT in turn, then packets in frames or bare. It may connect again after it has ended.
 *
 * <pre>
 * IDLE -> CONNECT -> [TLS] -> [UPGRADE] -> CONNACK -> OPEN -> IDLE
 * </pre>
 *
 * <p>Confined to its loop's thread.
 */
final class LoadClient implements FrameFeed.Taker, PacketFeed.Taker {
    /** How far a connection is. */
    enum Stage {
        IDLE("nothing"),
        CONNECT("connect"),
        TLS("TLS handshake"),
        UPGRADE("upgrade"),
        CONNACK("CONNACK"),
        OPEN("MQTT");

        private final String phrase;

        Stage(String phrase) {
            this.phrase = phrase;
        }

        String phrase() {
            return phrase;
        }
    }

    private final int index;
    private final int number;
    private final Target target;
    private final LoadLoop loop;
    private final byte[] connectPacket;
    private final FrameFeed frames = new FrameFeed();
    private final PacketFeed packets = new PacketFeed();
    private final Wire wire;
    private byte[] answer = new byte[0];
    private Stage stage = Stage.IDLE;
    private long began;
    private boolean leaving;
    private String detail = "";
    private int quota;

    /**
     * A client that is not connected.
     *
     * @param index its place in its loop's script
     * @param number its place among all clients of the run
     */
    LoadClient(LoadLoop loop, Target target, int index, int number, byte[] connectPacket) {
        this.loop = loop;
        this.target = target;
        this.index = index;
        this.number = number;
        this.connectPacket = connectPacket;
        this.wire = new Wire(loop, target, number, this);
    }

    int index() {
        return index;
    }

    /** Bytes that wait to be written. */
    int backlog() {
        return wire.backlog();
    }

    int number() {
        return number;
    }

    /** How many messages of QoS 1 may be sent before one is acknowledged (MQTT 5.0 3.2.2.3.3). */
    int quota() {
        return quota;
    }

    void acknowledged() {
        quota++;
    }

    /** When its connection was, or should have been, begun. */
    long began() {
        return began;
    }

    boolean isOpen() {
        return stage == Stage.OPEN && !leaving;
    }

    boolean isIdle() {
        return stage == Stage.IDLE;
    }

    Target target() {
        return target;
    }

    /** What came with the last error, for who looks into it. */
    String detail() {
        return detail;
    }

    /** Begins to connect; how it goes is told to the script. */
    void begin(long due) {
        began = due;
        leaving = false;
        stage = Stage.CONNECT;
        frames.reset();
        packets.reset();
        try {
            wire.open();
        } catch (IOException e) {
            end(e);
        }
    }

    /** Does what its channel is ready for. */
    void ready(SelectionKey selected) {
        try {
            wire.ready(selected);
        } catch (IOException e) {
            end(e);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            end(Failure.NOT_MQTT);
        }
    }

    /** TCP is there, TLS comes. */
    void securing() {
        stage = Stage.TLS;
    }

    /** TCP, and TLS where it is wanted, are there. */
    void established() {
        try {
            upgrade();
        } catch (IOException e) {
            end(e);
        }
    }

    private void upgrade() throws IOException {
        if (target.upgrade() == null) {
            connectMqtt();
        } else {
            stage = Stage.UPGRADE;
            wire.write(loop.buffers()
                    .packets()
                    .clear()
                    .put(target.upgrade().request())
                    .flip());
        }
    }

    private void connectMqtt() throws IOException {
        stage = Stage.CONNACK;
        sendNow(loop.buffers().packets().clear().put(connectPacket).flip());
    }

    /** Sends packets, in one frame or one each. An error ends the client. */
    void send(ByteBuffer bytes) {
        try {
            sendNow(bytes);
        } catch (IOException e) {
            end(e);
        }
    }

    /** Sends messages, so many of them of QoS 1. */
    void publish(ByteBuffer bytes, int qos1) {
        quota -= qos1;
        send(bytes);
    }

    private void sendNow(ByteBuffer bytes) throws IOException {
        if (target.upgrade() == null) {
            wire.write(bytes);
            return;
        }
        ByteBuffer out = loop.buffers().frames().clear();
        int end = bytes.limit();
        while (bytes.hasRemaining()) {
            if (target.framePerPacket()) {
                bytes.limit(bytes.position() + PacketFeed.length(bytes));
            }
            loop.frames().put(FrameFeed.BINARY, bytes, out);
            bytes.limit(end);
        }
        wire.write(out.flip());
    }

    /** Takes bytes as they were before TLS; false: the connection has ended. */
    boolean plain(ByteBuffer bytes) {
        if (stage == Stage.UPGRADE) {
            upgraded(bytes);
        }
        if (stage == Stage.CONNACK || stage == Stage.OPEN) {
            if (target.upgrade() == null) {
                packets.feed(bytes, this);
            } else {
                frames.feed(bytes, this);
            }
        }
        return stage != Stage.IDLE;
    }

    /** Collects the answer to the upgrade and leaves what follows it. */
    private void upgraded(ByteBuffer bytes) {
        int before = answer.length;
        answer = Arrays.copyOf(answer, before + bytes.remaining());
        bytes.get(answer, before, answer.length - before);
        int end = Upgrade.end(ByteBuffer.wrap(answer));
        if (end < 0) {
            if (answer.length > Upgrade.MOST) {
                end(Failure.NOT_HTTP);
            }
            return;
        }
        bytes.position(bytes.limit() - (answer.length - end));
        Upgrade upgrade = target.upgrade();
        String refusal = upgrade == null ? null : upgrade.refusal(Arrays.copyOf(answer, end));
        answer = new byte[0];
        if (refusal != null) {
            end(refusal);
            return;
        }
        try {
            connectMqtt();
        } catch (IOException e) {
            end(e);
        }
    }

    @Override
    public boolean payload(ByteBuffer bytes) {
        packets.feed(bytes, this);
        return stage != Stage.IDLE;
    }

    @Override
    public boolean control(int opcode, ByteBuffer payload) {
        if (opcode == FrameFeed.CLOSE && leaving) {
            return true; // the server closes the connection (RFC 6455 7.1.1), and its port is the one that rests
        }
        if (opcode == FrameFeed.CLOSE) {
            int code = payload.remaining() < 2 ? 1005 : payload.getShort() & 0xFFFF;
            end(Failure.close(code));
            return false;
        }
        if (opcode == FrameFeed.PING) {
            ByteBuffer out = loop.buffers().frames().clear();
            loop.frames().put(FrameFeed.PONG, payload, out);
            try {
                wire.write(out.flip());
            } catch (IOException e) {
                end(e);
            }
        }
        return stage != Stage.IDLE;
    }

    @Override
    public boolean packet(int firstByte, ByteBuffer body) {
        int type = firstByte >>> 4;
        if (stage == Stage.CONNACK) {
            connack(type, body);
        } else if (type == MqttPackets.DISCONNECT) {
            end(Failure.disconnect(body.hasRemaining() ? body.get() & 0xFF : 0));
        } else if (!leaving) {
            loop.script().packet(this, firstByte, body);
        }
        return stage != Stage.IDLE;
    }

    private void connack(int type, ByteBuffer body) {
        if (type != MqttPackets.CONNACK || body.remaining() < 2) {
            end(Failure.NOT_MQTT);
            return;
        }
        int code = body.get(body.position() + 1) & 0xFF;
        if (code != 0) {
            end(Failure.connack(code));
            return;
        }
        quota = Message.receiveMaximum(body, target.level());
        stage = Stage.OPEN;
        loop.script().connected(this, loop.now());
    }

    @Override
    public void malformedPacket() {
        end(Failure.NOT_MQTT);
    }

    @Override
    public void malformedFrame() {
        end(Failure.NOT_WEBSOCKET);
    }

    /** Says goodbye to MQTT and WebSocket; the script hears of the end once the other side has closed. */
    void leave() {
        ByteBuffer out = loop.buffers().packets().clear().put(MqttPackets.disconnect());
        leaving = true;
        send(out.flip());
        if (stage != Stage.IDLE && target.upgrade() != null) {
            ByteBuffer close = loop.buffers().frames().clear();
            loop.frames().put(FrameFeed.CLOSE, ByteBuffer.allocate(2).putShort(0, (short) 1000), close);
            try {
                wire.write(close.flip());
            } catch (IOException e) {
                end(e);
            }
        }
    }

    /** Ends a connection that has not got to its CONNACK in time, or whose goodbye is not answered. */
    void timeout() {
        end(leaving ? Failure.CLOSED : Failure.timeout(stage));
    }

    /** Whether {@link #timeout} would be right. */
    boolean isUnderWay() {
        return leaving || (stage != Stage.OPEN && stage != Stage.IDLE);
    }

    private void end(IOException e) {
        detail = String.valueOf(e.getMessage());
        end(Failure.of(e));
    }

    /** Closes it and tells the script why. */
    void end(String why) {
        if (stage == Stage.IDLE) {
            return;
        }
        boolean left = leaving;
        cut();
        loop.script().ended(this, loop.now(), left ? null : why);
    }

    /** Closes it without a word to anybody. */
    void cut() {
        stage = Stage.IDLE;
        leaving = false;
        answer = new byte[0];
        wire.close();
    }
}
