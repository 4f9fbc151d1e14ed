package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One listener with several certificates: the name that a client asks for picks one (RFC 6066 3). */
@ParameterizedClass
@ValueSource(strings = {"jdk", "conscrypt"})
@Timeout(30)
class ServerNamesIT {
    private static final int PATIENCE_MILLIS = 10_000;

    @TempDir
    Path one;

    @TempDir
    Path two;

    private final String provider;
    private TestGateway gateway;

    ServerNamesIT(String provider) {
        this.provider = provider;
    }

    @BeforeEach
    void start() throws IOException {
        DevCertificates.writeTo(one);
        DevCertificates.writeTo(two);
        gateway = TestGateway.start(
                "cluster.brokers=127.0.0.1:1",
                "listener.secure.tls=one,two",
                "tls.provider=" + provider,
                "tls.one.certificate=" + one.resolve("server.crt"),
                "tls.one.private-key=" + one.resolve("server.key"),
                "tls.one.server-names=one.example,*.one.example",
                "tls.two.certificate=" + two.resolve("server.crt"),
                "tls.two.private-key=" + two.resolve("server.key"),
                "tls.two.server-names=two.example");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest(name = "{0} by {2}")
    @CsvSource({
        "one.example, one, TLSv1.3",
        "one.example, one, TLSv1.2",
        "app.one.example, one, TLSv1.3",
        "two.example, two, TLSv1.3",
        "TWO.example, two, TLSv1.2",
        // no bundle has the name, and a wildcard stands for one label: the first serves
        "deep.app.one.example, one, TLSv1.3",
        "elsewhere.example, one, TLSv1.3"
    })
    void picksTheCertificateByTheNameAskedFor(String name, String bundle, String version) throws Exception {
        Certificate expected = certificate((bundle.equals("one") ? one : two).resolve("server.crt"));

        assertThat(served(name, version)).isEqualTo(expected);
    }

    private Certificate served(String name, String version) throws Exception {
        Socket tcp = new Socket();
        tcp.connect(gateway.secureAddress(), PATIENCE_MILLIS);
        try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket(tcp, name, 443, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(PATIENCE_MILLIS);
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Of both authorities; which name a certificate has is not looked at. */
    private SSLContext trusting() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("one", certificate(one.resolve("ca.crt")));
        store.setCertificateEntry("two", certificate(two.resolve("ca.crt")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(Path file) throws Exception {
        try (InputStream pem = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }
}
