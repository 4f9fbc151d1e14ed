package io.sluice.listener;

import io.sluice.listener.FrameDecoder.End;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder must find in a client's whole stream, worked out frame by frame with nothing cut.
 *
 * <p>Confined to one test.
 */
final class ReferenceFrames {
    final ByteArrayOutputStream delivered = new ByteArrayOutputStream();

    @Nullable
    End end;

    int closeCode = 1005;
    int frames;
    boolean ponged;
    byte @Nullable [] ping;

    private final byte[] stream;
    private boolean open;

    ReferenceFrames(byte[] stream) {
        this.stream = stream;
        int at = 0;
        while (at >= 0 && at < stream.length && end == null) {
            at = frame(at);
        }
    }

    /** Returns where the next frame begins, -1 when this one is cut off or wrong. */
    private int frame(int at) {
        boolean fin = (stream[at] & 0x80) != 0;
        int opcode = stream[at] & 0x0F;
        boolean control = opcode == 8 || opcode == 9 || opcode == 10;
        boolean known = control || opcode <= 2;
        boolean misplaced = (opcode == 0 && !open) || ((opcode == 1 || opcode == 2) && open);
        if ((stream[at] & 0x70) != 0 || !known || misplaced || (control && !fin)) {
            return stop(End.FRAME_ERROR);
        }
        if (opcode == 1) {
            return stop(End.TEXT_FRAME);
        }
        if (at + 1 == stream.length) {
            return -1;
        }
        int code = stream[at + 1] & 0x7F;
        if (stream[at + 1] >= 0 || (control && code > 125)) {
            return stop(End.FRAME_ERROR);
        }
        int mask = at + 2 + (code == 126 ? 2 : code == 127 ? 8 : 0);
        if (mask > stream.length) {
            return -1;
        }
        BigInteger length =
                code < 126 ? BigInteger.valueOf(code) : new BigInteger(1, Arrays.copyOfRange(stream, at + 2, mask));
        boolean minimal = code < 126 || length.compareTo(BigInteger.valueOf(code == 126 ? 126 : 65_536)) >= 0;
        if (!minimal || length.bitLength() > 63) {
            return stop(End.FRAME_ERROR);
        }
        if (mask + 4 > stream.length) {
            return -1;
        }
        if (control) {
            frames++;
        } else {
            frames++;
            open = !fin;
        }
        int there = length.min(BigInteger.valueOf(stream.length - mask - 4)).intValue();
        byte[] payload = new byte[there];
        for (int i = 0; i < there; i++) {
            payload[i] = (byte) (stream[mask + 4 + i] ^ stream[mask + i % 4]);
        }
        if (!control) {
            delivered.writeBytes(payload);
        }
        if (length.compareTo(BigInteger.valueOf(there)) > 0) {
            return -1;
        }
        if (opcode == 9) {
            ping = payload;
        } else if (opcode == 10) {
            ponged = true;
        } else if (opcode == 8) {
            return close(payload);
        }
        return mask + 4 + there;
    }

    private int close(byte[] body) {
        if (body.length == 0) {
            return stop(End.CLOSE);
        }
        if (body.length == 1) {
            return stop(End.FRAME_ERROR);
        }
        int code = (body[0] & 0xFF) * 256 + (body[1] & 0xFF);
        boolean reserved =
                code < 1000 || (code >= 1004 && code <= 1006) || (code >= 1015 && code <= 2999) || code >= 5000;
        if (reserved) {
            return stop(End.FRAME_ERROR);
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body, 2, body.length - 2));
        } catch (CharacterCodingException e) {
            return stop(End.CLOSE_REASON_INVALID);
        }
        closeCode = code;
        return stop(End.CLOSE);
    }

    private int stop(End found) {
        end = found;
        return -1;
    }
}
