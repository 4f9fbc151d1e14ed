package io.sluice.session;

import java.util.SplittableRandom;

/**
 * What clients and brokers of the simulation say.
 *
 * <p>Immutable.
 */
final class Scripts {
    /**
     * One side's stream.
     *
     * @param passes how much of it the other side is to get in OPEN: what stands behind a DISCONNECT is dropped
     * @param finishes the stream ends behind the bytes; else the side falls silent
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Script(byte[] bytes, int passes, boolean finishes) {}

    private Scripts() {}

    static Script client(SplittableRandom random, int level) {
        StringBuilder hex = new StringBuilder();
        if (random.nextInt(20) == 0) {
            hex.append(garbage(random));
        }
        if (level == 5 && random.nextInt(3) == 0) {
            hex.append(Packets.connect5WithMaximumPacketSize(1 + random.nextInt(60)));
        } else {
            hex.append(Packets.connectWithKeepAlive(level, random.nextInt(3) * 10));
        }
        for (int packets = random.nextInt(20); packets > 0; packets--) {
            hex.append(random.nextBoolean() ? Packets.PINGREQ : Packets.publishOf(5 + random.nextInt(96)));
        }
        if (random.nextInt(8) == 0) {
            hex.append(random.nextBoolean() ? garbage(random) : Packets.publishOf(101));
        }
        int passes = Integer.MAX_VALUE;
        if (random.nextInt(3) == 0) {
            hex.append(Packets.DISCONNECT);
            passes = Packets.bytes(hex.toString()).length;
            if (random.nextInt(4) == 0) {
                hex.append(Packets.PINGREQ);
            }
        }
        return new Script(Packets.bytes(hex.toString()), passes, random.nextInt(3) > 0);
    }

    /** @param maySpeak a broker that was not the first must be silent where another one has spoken */
    static Script broker(SplittableRandom random, int level, boolean maySpeak) {
        StringBuilder hex = new StringBuilder();
        int kind = maySpeak ? random.nextInt(10) : 0;
        if (kind == 1) {
            hex.append(garbage(random));
        } else if (kind > 1) {
            for (int auths = level == 5 ? random.nextInt(3) : 0; auths > 0; auths--) {
                hex.append(Packets.AUTH);
            }
            hex.append(kind == 2 ? Packets.connack(level).replace("00 00", "00 05") : Packets.connack(level));
            for (int packets = random.nextInt(30); packets > 0; packets--) {
                hex.append(random.nextBoolean() ? Packets.PINGRESP : Packets.publishOf(5 + random.nextInt(120)));
            }
            if (random.nextInt(5) == 0) {
                hex.append(level == 5 ? "E0 02 8E 00" : garbage(random));
            }
        }
        return new Script(Packets.bytes(hex.toString()), Integer.MAX_VALUE, random.nextBoolean());
    }

    private static String garbage(SplittableRandom random) {
        StringBuilder hex = new StringBuilder();
        for (int bytes = 1 + random.nextInt(20); bytes > 0; bytes--) {
            hex.append("%02X".formatted(random.nextInt(256)));
        }
        return hex.toString();
    }
}
