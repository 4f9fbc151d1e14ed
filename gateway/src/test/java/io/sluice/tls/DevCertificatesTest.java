package io.sluice.tls;

import static io.sluice.tls.TestCertificates.NOW;
import static io.sluice.tls.TestCertificates.pem;
import static io.sluice.tls.TestCertificates.pkcs8;
import static io.sluice.tls.TestCertificates.selfSigned;
import static io.sluice.tls.TestCertificates.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevCertificatesTest {
    private static final List<String> FILES =
            List.of("ca.crt", "ca.key", "client.crt", "client.key", "server.crt", "server.key");

    @TempDir
    Path parent;

    @Test
    void writesSixFilesAndNothingElse() throws Exception {
        Path dir = parent.resolve("new/certs-dev");

        DevCertificates written = DevCertificates.writeTo(dir, NOW);

        assertThat(names(dir)).containsExactlyElementsOf(FILES);
        assertThat(written.authorityKept()).isFalse();
        assertThat(DevCertificates.usable(dir, NOW)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ca.key,rw-------", "server.key,rw-------", "client.key,rw-------"})
    void letsOnlyTheOwnerReadKeys(String file, String permissions) throws Exception {
        assumeTrue(parent.getFileSystem().supportedFileAttributeViews().contains("posix"));

        DevCertificates.writeTo(parent, NOW);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve(file))))
                .isEqualTo(permissions);
    }

    @Test
    void makesAServerCertificateThatBrowsersTake() throws Exception {
        DevCertificates.writeTo(parent, NOW);

        List<X509Certificate> chain = certificates("server.crt");

        X509Certificate server = chain.get(0);
        assertThat(chain).hasSize(2).last().isEqualTo(certificates("ca.crt").get(0));
        assertThat(server.getSubjectAlternativeNames())
                .<Object>extracting(name -> name.get(1))
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(server.getKeyUsage()[0]).isTrue();
        assertThat(server.getBasicConstraints()).isEqualTo(-1);
        assertThat(server.getExtensionValue("2.5.29.14")).isNotNull();
        assertThat(server.getExtensionValue("2.5.29.35")).isNotNull();
        assertThat(Duration.between(
                        server.getNotBefore().toInstant(), server.getNotAfter().toInstant()))
                .isLessThan(Duration.ofDays(200));
    }

    @Test
    void makesAnAuthorityForLoopbackNamesOnly() throws Exception {
        DevCertificates.writeTo(parent, NOW);

        X509Certificate authority = certificates("ca.crt").get(0);

        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(authority.getKeyUsage()[5]).isTrue();
        assertThat(authority.getCriticalExtensionOIDs()).contains("2.5.29.30");
    }

    @Test
    void makesAClientCertificate() throws Exception {
        DevCertificates.writeTo(parent, NOW);

        X509Certificate client = certificates("client.crt").get(0);

        assertThat(client.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        client.verify(certificates("ca.crt").get(0).getPublicKey());
    }

    @Test
    void drawsSerialNumbersAndNamesAtRandom() throws Exception {
        Set<Object> seen = new HashSet<>();

        for (String run : List.of("one", "two")) {
            DevCertificates.writeTo(parent.resolve(run), NOW);
            for (String file : List.of("ca.crt", "server.crt", "client.crt")) {
                seen.add(certificates(run + "/" + file).get(0).getSerialNumber());
            }
            seen.add(certificates(run + "/ca.crt").get(0).getSubjectX500Principal());
        }

        assertThat(seen).hasSize(8);
    }

    @Test
    void keepsTheAuthorityAndReplacesTheRest() throws Exception {
        DevCertificates.writeTo(parent, NOW);
        List<String> before = contents();

        DevCertificates again = DevCertificates.writeTo(parent, NOW);

        List<String> after = contents();
        assertThat(again.authorityKept()).isTrue();
        assertThat(after.subList(0, 2)).isEqualTo(before.subList(0, 2));
        assertThat(after.subList(2, 6)).doesNotContainAnyElementsOf(before.subList(2, 6));
        assertThat(DevCertificates.usable(parent, NOW)).isTrue();
    }

    @Test
    void endsCertificatesWithAKeptAuthority() throws Exception {
        DevCertificates.writeTo(parent, NOW);
        Instant end = certificates("ca.crt").get(0).getNotAfter().toInstant();

        DevCertificates again = DevCertificates.writeTo(parent, end.minus(Duration.ofDays(1)));

        assertThat(again.authorityKept()).isTrue();
        assertThat(certificates("server.crt").get(0).getNotAfter().toInstant()).isEqualTo(end);
    }

    @Test
    void replacesAnAuthorityThatEndsWithinADay() throws Exception {
        DevCertificates.writeTo(parent, NOW);
        Instant end = certificates("ca.crt").get(0).getNotAfter().toInstant();

        DevCertificates again =
                DevCertificates.writeTo(parent, end.minus(Duration.ofDays(1)).plusSeconds(1));

        assertThat(again.authorityKept()).isFalse();
    }

    @Test
    void replacesAnAuthorityThatIsNone() throws Exception {
        KeyPair keys = TestCertificates.keys("EC");
        write(parent.resolve("ca.crt"), pem(selfSigned(keys)));
        write(parent.resolve("ca.key"), pkcs8(keys.getPrivate()));

        DevCertificates written = DevCertificates.writeTo(parent, NOW);

        assertThat(written.authorityKept()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca.crt", "ca.key", "client.crt", "client.key", "server.crt", "server.key"})
    void isNotUsableWithoutOneFile(String file) throws Exception {
        DevCertificates.writeTo(parent, NOW);

        Files.delete(parent.resolve(file));

        assertThat(DevCertificates.usable(parent, NOW)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca.crt", "client.key", "server.key"})
    void isNotUsableWithAStrangersFile(String file) throws Exception {
        DevCertificates.writeTo(parent, NOW);
        DevCertificates.writeTo(parent.resolve("other"), NOW);

        Files.copy(parent.resolve("other").resolve(file), parent.resolve(file), StandardCopyOption.REPLACE_EXISTING);

        assertThat(DevCertificates.usable(parent, NOW)).isFalse();
    }

    @Test
    void isNotUsableWithAnotherAuthority() throws Exception {
        DevCertificates.writeTo(parent, NOW);
        DevCertificates.writeTo(parent.resolve("other"), NOW);

        for (String file : List.of("ca.crt", "ca.key")) {
            Files.copy(
                    parent.resolve("other").resolve(file), parent.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }

        assertThat(DevCertificates.usable(parent, NOW)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-1,true", "0,true", "1,false"})
    void isUsableWhileADayIsLeft(int seconds, boolean usable) throws Exception {
        DevCertificates.writeTo(parent, NOW);
        Instant lastDay =
                certificates("server.crt").get(0).getNotAfter().toInstant().minus(Duration.ofDays(1));

        assertThat(DevCertificates.usable(parent, lastDay.plusSeconds(seconds))).isEqualTo(usable);
    }

    private List<X509Certificate> certificates(String file) throws TlsException {
        return PemFile.read("test", parent.resolve(file)).certificates();
    }

    private List<String> contents() throws IOException {
        return FILES.stream()
                .map(file -> {
                    try {
                        return Files.readString(parent.resolve(file));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static List<String> names(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
