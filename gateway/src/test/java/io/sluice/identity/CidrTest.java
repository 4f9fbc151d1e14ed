package io.sluice.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static InetAddress address(String text) {
        byte[] bytes = AddressText.parse(text);
        if (bytes == null) {
            throw new AssertionError(text);
        }
        return address(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,         10.0.0.0/8",
        "192.0.2.7,          192.0.2.7",
        "192.0.2.7/32,       192.0.2.7",
        "0.0.0.0/0,          0.0.0.0/0",
        "2001:DB8::/32,      2001:db8::/32",
        "::1,                ::1",
        "::/0,               ::/0",
        "1:0:0:2:0:0:0:3,    1:0:0:2::3",
        "1:0:2:3:4:5:6:7,    1:0:2:3:4:5:6:7",
        "::ffff:10.0.0.1,    10.0.0.1",
        "::ffff:10.0.0.0/104, 10.0.0.0/8"
    })
    void readsNetworksAndWritesThemInOneForm(String text, String form) {
        assertThat(Cidr.parse(text)).hasToString(form);
        assertThat(Cidr.parse(form)).isEqualTo(Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.0.0",
                "10.0.0.0.0",
                "10.0.0.256",
                "010.0.0.1",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/08",
                "10.0.0.0/-1",
                "host",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "12345::",
                "::1/129",
                "::1%lo",
                "[::1]",
                "2001:db8::1/32",
                "::ffff:0.0.0.0/95",
                "\u0661.0.0.1"
            })
    void refusesOtherTextInWordsThatBeginWithIt(String text) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(AddressText.quote(text) + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,    10.255.255.255, true",
        "10.0.0.0/8,    11.0.0.0,       false",
        "10.0.0.0/8,    9.255.255.255,  false",
        "192.0.2.7,     192.0.2.7,      true",
        "192.0.2.7,     192.0.2.8,      false",
        "0.0.0.0/0,     255.1.2.3,      true",
        "0.0.0.0/0,     ::1,            false",
        "::/0,          ::1,            true",
        "::/0,          10.0.0.1,       false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::,     false",
        "2001:db8::/65, 2001:db8::7fff:0:0:0, true",
        "2001:db8::/65, 2001:db8::8000:0:0:0, false"
    })
    void holdsItsAddressesAndNoOther(String network, String address, boolean held) {
        assertThat(Cidr.parse(network).contains(address(address))).isEqualTo(held);
        assertThat(CidrSet.parse(List.of(network)).contains(address(address))).isEqualTo(held);
    }

    @Test
    void setHoldsWhatOneOfItsNetworksHolds() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<Cidr> networks = new ArrayList<>();
            for (int i = 0; i < random.nextInt(12); i++) {
                int length = random.nextInt(33);
                int bits = length == 0 ? 0 : random.nextInt(4) << 30 & -1 << (32 - length);
                networks.add(Cidr.parse(AddressText.formatIpv4(bits & 0xFFFF_FFFFL) + "/" + length));
            }
            CidrSet set = CidrSet.of(networks);
            for (int i = 0; i < 50; i++) {
                InetAddress any = address(new byte[] {(byte) (random.nextInt(4) << 6), 0, 0, (byte) random.nextInt(3)});

                assertThat(set.contains(any))
                        .as("%s in %s", any, networks)
                        .isEqualTo(networks.stream().anyMatch(network -> network.contains(any)));
            }
        }
    }
}
