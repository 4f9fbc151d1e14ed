package io.sluice;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes as tests write them: hex pairs, {@code 'text'} in UTF-8, {@code 00*300} for many, and {@code |} to part fields.
 *
 * <p>Immutable.
 */
public final class Bytes {
    private static final Pattern TOKEN =
            Pattern.compile("\\s+|\\||'([^']*)'|([0-9A-Fa-f]{2})\\*(\\d+)|([0-9A-Fa-f]{2})");

    private Bytes() {}

    /** The kinds of buffer that production code may be handed; each is offset, so that position 0 is no special case. */
    public enum Memory {
        HEAP,
        HEAP_LITTLE_ENDIAN,
        DIRECT,
        DIRECT_LITTLE_ENDIAN;

        private static final List<Memory> ALL = List.of(values());

        /** One kind for each number, by turns. */
        public static Memory of(int number) {
            return ALL.get(number % ALL.size());
        }

        /** Room of exactly {@code size} bytes from position to limit, with three bytes in front and five behind. */
        public ByteBuffer allocate(int size) {
            boolean heap = this == HEAP || this == HEAP_LITTLE_ENDIAN;
            ByteBuffer buffer = heap ? ByteBuffer.allocate(size + 8) : ByteBuffer.allocateDirect(size + 8);
            boolean little = this == HEAP_LITTLE_ENDIAN || this == DIRECT_LITTLE_ENDIAN;
            buffer.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            return buffer.position(3).limit(3 + size);
        }

        public ByteBuffer of(byte[] bytes, int from, int to) {
            ByteBuffer buffer = allocate(to - from);
            return buffer.put(buffer.position(), bytes, from, to - from);
        }

        public ByteBuffer of(byte[] bytes) {
            return of(bytes, 0, bytes.length);
        }
    }

    public static byte[] bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Matcher token = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!token.find(at) || token.start() != at) {
                throw new IllegalArgumentException("not bytes: " + text.substring(at));
            }
            if (token.group(1) != null) {
                out.writeBytes(token.group(1).getBytes(StandardCharsets.UTF_8));
            } else if (token.group(2) != null) {
                for (int i = 0; i < Integer.parseInt(token.group(3)); i++) {
                    out.write(Integer.parseInt(token.group(2), 16));
                }
            } else if (token.group(4) != null) {
                out.write(Integer.parseInt(token.group(4), 16));
            }
            at = token.end();
        }
        return out.toByteArray();
    }

    public static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }

    /** The bytes from position to limit, which stay. */
    public static byte[] remaining(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
