package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.TlsBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As certbot and Kubernetes exchange certificates: behind a symbolic link. */
final class CertificateWatchTest {
    @TempDir
    Path one;

    @TempDir
    Path two;

    /** Below the second one, since a link out of a temporary directory is warned of. */
    private Path live;

    private LogLines log;
    private TlsBundle bundle;
    private CertificateWatch.Watched watched;
    private final List<Boolean> outcomes = new ArrayList<>();
    private X509Certificate first;

    @BeforeEach
    void start() throws Exception {
        log = new LogLines();
        live = Files.createDirectory(two.resolve("live"));
        DevCertificates.writeTo(one);
        DevCertificates.writeTo(two);
        pointTo("cert", one.resolve("server.crt"));
        pointTo("key", one.resolve("server.key"));
        bundle = TlsBundle.load(List.of(new TlsConfig(
                "default", live.resolve("cert"), live.resolve("key"), Optional.empty(), MinVersion.TLS_1_2)));
        watched = new CertificateWatch.Watched("public", bundle, outcomes::add);
        first = bundle.certificate();
    }

    @AfterEach
    void stop() {
        log.close();
    }

    private void pointTo(String name, Path target) throws IOException {
        Path fresh = live.resolve(name + ".new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, target);
        Files.move(fresh, live.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void leavesWhatHasNotChanged() {
        watched.look();

        assertThat(bundle.certificate()).isSameAs(first);
    }

    @Test
    void takesANewPairBehindTheLinks() throws Exception {
        pointTo("cert", two.resolve("server.crt"));
        pointTo("key", two.resolve("server.key"));

        watched.look();

        assertThat(bundle.certificate()).isNotEqualTo(first);
        log.await("new certificate listener=public expires=");
    }

    @Test
    @DisplayName("a pair that is exchanged while the gateway starts, behind the reading and before the watch")
    void takesWhatHasChangedBeforeItBegan() throws Exception {
        pointTo("cert", two.resolve("server.crt"));
        pointTo("key", two.resolve("server.key"));

        new CertificateWatch.Watched("public", bundle, outcomes::add).look();

        assertThat(bundle.certificate()).isNotEqualTo(first);
        assertThat(outcomes).containsExactly(true);
    }

    @Test
    void leavesWhatTheOperatorHasReloaded() throws Exception {
        pointTo("cert", two.resolve("server.crt"));
        pointTo("key", two.resolve("server.key"));
        bundle.reload();

        watched.look();

        assertThat(outcomes).isEmpty();
    }

    @Test
    void servesTheOldPairWhileOnlyHalfOfTheNewOneIsThere() throws Exception {
        pointTo("cert", two.resolve("server.crt"));
        watched.look();
        watched.look();
        X509Certificate meanwhile = bundle.certificate();
        long told = log.count("changed certificate not taken");
        pointTo("key", two.resolve("server.key"));

        watched.look();

        assertThat(meanwhile).isSameAs(first);
        assertThat(told).as("told once").isEqualTo(1);
        assertThat(outcomes).containsExactly(false, false, true);
        assertThat(bundle.certificate()).isNotEqualTo(first);
    }

    @Test
    void servesTheOldPairWhenTheFilesAreGoneOrGarbage() throws Exception {
        Files.delete(live.resolve("cert"));
        watched.look();
        Files.writeString(live.resolve("cert"), "garbage");
        watched.look();

        assertThat(bundle.certificate()).isSameAs(first);
        assertThat(log.count("changed certificate not taken")).isEqualTo(2);
    }
}
