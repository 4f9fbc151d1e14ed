package io.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;

/** A socket that takes so many bytes, and then none; it counts the writes that it took something of. */
public final class ScriptedSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private static final StreamSinkConduit NOTHING = (StreamSinkConduit) Proxy.newProxyInstance(
            ScriptedSink.class.getClassLoader(),
            new Class<?>[] {StreamSinkConduit.class},
            (proxy, method, arguments) -> null);

    private final ByteBuf taken = Unpooled.buffer();
    private int room;
    private int writes;
    private boolean ended;

    public ScriptedSink(int room) {
        super(NOTHING);
        this.room = room;
    }

    /** It takes so many from now on. */
    public void room(int bytes) {
        room = bytes;
    }

    /** What it took, to be read. */
    public ByteBuf taken() {
        return taken;
    }

    public int writes() {
        return writes;
    }

    public boolean ended() {
        return ended;
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = take(bytes);
        writes += count > 0 ? 1 : 0;
        return count;
    }

    @Override
    public long write(ByteBuffer[] bytes, int from, int count) {
        long sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += take(bytes[i]);
        }
        writes += sum > 0 ? 1 : 0;
        return sum;
    }

    @Override
    public int writeFinal(ByteBuffer bytes) throws IOException {
        return Conduits.writeFinalBasic(this, bytes);
    }

    private int take(ByteBuffer bytes) {
        int count = Math.min(room, bytes.remaining());
        taken.writeBytes(bytes.duplicate().limit(bytes.position() + count));
        bytes.position(bytes.position() + count);
        room -= count;
        return count;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void terminateWrites() {
        ended = true;
    }
}
