package io.sluice.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The PROXY protocol, both ways. */
class ProxyDecoderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 40_000);
    private static final InetSocketAddress SERVER = new InetSocketAddress("198.51.100.1", 443);
    private static final InetSocketAddress CLIENT6 = new InetSocketAddress("2001:db8::7", 40_000);
    private static final InetSocketAddress SERVER6 = new InetSocketAddress("2001:db8::1", 443);
    private static final String ADDRESSES4 = "c0000207c63364019c4001bb";
    private static final String ADDRESSES6 = "20010db800000000000000000000000720010db80000000000000000000000019c4001bb";

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("v1, IPv4", v1("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n"), CLIENT, SERVER),
                arguments("v1, IPv6", v1("PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n"), CLIENT6, SERVER6),
                arguments("v1, unknown", v1("PROXY UNKNOWN\r\n"), null, null),
                arguments("v1, unknown with more", v1("PROXY UNKNOWN ffff::1 x\r\n"), null, null),
                arguments("v1, 107 bytes", v1("PROXY UNKNOWN " + "x".repeat(91) + "\r\n"), null, null),
                arguments(
                        "v1, port 0",
                        v1("PROXY TCP4 192.0.2.7 198.51.100.1 0 443\r\n"),
                        new InetSocketAddress("192.0.2.7", 0),
                        SERVER),
                arguments("v2, IPv4", v2("21 11 000c" + ADDRESSES4), CLIENT, SERVER),
                arguments("v2, IPv6", v2("21 21 0024" + ADDRESSES6), CLIENT6, SERVER6),
                arguments("v2, TLVs are skipped", v2("21 11 0010" + ADDRESSES4 + "04 0001 00"), CLIENT, SERVER),
                arguments("v2, LOCAL", v2("20 00 0000"), null, null),
                arguments("v2, LOCAL with addresses", v2("20 11 000c" + ADDRESSES4), null, null),
                arguments("v2, unspecified family", v2("21 00 0003 040000"), null, null),
                arguments("v2, Unix socket", v2("21 31 00d8" + "00".repeat(216)), null, null),
                arguments("v2, the longest", v2("20 00 0ff0" + "00".repeat(4080)), null, null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void readsHeaderAndNothingBehindIt(
            String meaning,
            byte[] header,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) {
        byte[] withMore = Arrays.copyOf(header, header.length + 3);

        ProxyResult result = ProxyDecoder.decode(ByteBuffer.wrap(withMore));

        assertThat(result).isEqualTo(new ProxyResult.Header(header.length, source, destination));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void asksForNoByteBehindTheHeader(
            String meaning,
            byte[] header,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) {
        for (int count = 0; count < header.length; count++) {
            ProxyResult result = ProxyDecoder.decode(ByteBuffer.wrap(header, 0, count));

            assertThat(result)
                    .isInstanceOfSatisfying(
                            ProxyResult.Incomplete.class,
                            incomplete -> assertThat(incomplete.least()).isPositive());
            int least = ((ProxyResult.Incomplete) result).least();
            assertThat(count + least).as("after %d bytes", count).isLessThanOrEqualTo(header.length);
        }
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("TLS instead", HexFormat.of().parseHex("160301"), "does not begin"),
                arguments("HTTP instead", v1("GET / HTTP/1.1\r\n"), "does not begin"),
                arguments("small letters", v1("proxy TCP4"), "does not begin"),
                arguments("v1, 108 bytes", v1("PROXY UNKNOWN " + "x".repeat(92) + "\r\n"), "longer than 107"),
                arguments("v1, no end", v1("PROXY UNKNOWN " + "x".repeat(200)), "longer than 107"),
                arguments("v1, LF alone", v1("PROXY UNKNOWN\n"), "alone"),
                arguments("v1, CR alone", v1("PROXY UNKNOWN\rx"), "alone"),
                arguments("v1, no family", v1("PROXY \r\n"), "not TCP4"),
                arguments("v1, UDP", v1("PROXY UDP4 192.0.2.7 198.51.100.1 40000 443\r\n"), "not TCP4"),
                arguments("v1, two blanks", v1("PROXY TCP4  192.0.2.7 198.51.100.1 40000 443\r\n"), "not TCP4"),
                arguments("v1, a field more", v1("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443 1\r\n"), "not TCP4"),
                arguments("v1, other family", v1("PROXY TCP6 192.0.2.7 198.51.100.1 40000 443\r\n"), "family"),
                arguments("v1, a name", v1("PROXY TCP4 localhost 198.51.100.1 40000 443\r\n"), "bad address"),
                arguments("v1, octal", v1("PROXY TCP4 192.0.2.07 198.51.100.1 40000 443\r\n"), "bad address"),
                arguments("v1, port 65536", v1("PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n"), "port"),
                arguments("v1, port with zero", v1("PROXY TCP4 192.0.2.7 198.51.100.1 040 443\r\n"), "port"),
                arguments("v1, port with sign", v1("PROXY TCP4 192.0.2.7 198.51.100.1 +40 443\r\n"), "port"),
                arguments("v2, version 1", v2("11 11 000c" + ADDRESSES4), "version"),
                arguments("v2, command 2", v2("22 11 000c" + ADDRESSES4), "command"),
                arguments("v2, UDP", v2("21 12 000c" + ADDRESSES4), "stream"),
                arguments("v2, too short for IPv4", v2("21 11 000b" + ADDRESSES4), "too short"),
                arguments("v2, too short for IPv6", v2("21 21 0023" + ADDRESSES6), "too short"),
                arguments("v2, 4097 bytes", v2("20 00 0ff1"), "longer than 4096"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refuses(String meaning, byte[] bytes, String reason) {
        ProxyResult last = new ProxyResult.Incomplete(1);
        for (int count = 0; count <= bytes.length && last instanceof ProxyResult.Incomplete; count++) {
            last = ProxyDecoder.decode(ByteBuffer.wrap(bytes, 0, count));
        }

        assertThat(last)
                .isInstanceOfSatisfying(
                        ProxyResult.Malformed.class,
                        malformed -> assertThat(malformed.reason()).contains(reason));
        assertThat(ProxyDecoder.decode(ByteBuffer.wrap(bytes))).isInstanceOf(ProxyResult.Malformed.class);
    }

    @Test
    void writesVersion1() {
        assertThat(text(ProxyHeader.v1(CLIENT, SERVER))).isEqualTo("PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n");
        assertThat(text(ProxyHeader.v1(CLIENT6, SERVER6)))
                .isEqualTo("PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\n");
        assertThat(text(ProxyHeader.v1(CLIENT6, SERVER)))
                .isEqualTo("PROXY TCP6 2001:db8::7 ::ffff:c633:6401 40000 443\r\n");
    }

    @Test
    void writesVersion2() {
        assertThat(hex(ProxyHeader.v2(CLIENT, SERVER, ProxyHeader.Extras.NONE)))
                .isEqualTo(SIGNATURE + "2111000c" + ADDRESSES4);
        assertThat(hex(ProxyHeader.v2(CLIENT6, SERVER6, ProxyHeader.Extras.NONE)))
                .isEqualTo(SIGNATURE + "21210024" + ADDRESSES6);
        assertThat(hex(ProxyHeader.local())).isEqualTo(SIGNATURE + "20000000");
    }

    @Test
    void writesTlvs() {
        ProxyHeader.Extras extras = new ProxyHeader.Extras("TLSv1.3", "AES", "device-7", "a.example", "id-1");

        assertThat(hex(ProxyHeader.v2(CLIENT, SERVER, extras)))
                .isEqualTo(SIGNATURE + "2111" + "0042" + ADDRESSES4
                        + "020009" + ascii("a.example")
                        + "050004" + ascii("id-1")
                        + "200020" + "07" + "00000000"
                        + "210007" + ascii("TLSv1.3")
                        + "220008" + ascii("device-7")
                        + "230003" + ascii("AES"));
    }

    @Test
    void tellsThatNoCertificateWasVerified() {
        ProxyHeader.Extras extras = new ProxyHeader.Extras("TLSv1.2", null, null, null, null);

        assertThat(hex(ProxyHeader.v2(CLIENT, SERVER, extras)))
                .endsWith("20000f" + "01" + "00000001" + "210007" + ascii("TLSv1.2"));
    }

    @Test
    void readsWhatItWrites() {
        ProxyHeader.Extras longest = new ProxyHeader.Extras(
                "v".repeat(300), "c".repeat(300), "n".repeat(300), "a".repeat(300), "i".repeat(300));
        ByteBuffer header = ProxyHeader.v2(CLIENT, SERVER6, longest);

        ProxyResult result = ProxyDecoder.decode(header);

        assertThat(result).isEqualTo(new ProxyResult.Header(header.remaining(), CLIENT, SERVER6));
    }

    private static byte[] v1(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] v2(String behindSignature) {
        return HexFormat.of().parseHex(SIGNATURE + behindSignature.replace(" ", ""));
    }

    private static String text(ByteBuffer bytes) {
        return US_ASCII.decode(bytes).toString();
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private static String ascii(String text) {
        return HexFormat.of().formatHex(text.getBytes(US_ASCII));
    }
}
