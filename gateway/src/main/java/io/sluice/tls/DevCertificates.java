package io.sluice.tls;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * The development certificates in one directory: a CA ({@code ca.crt}, {@code ca.key}), a server certificate with its
 * chain for {@code localhost} ({@code server.crt}, {@code server.key}) and a client certificate ({@code client.crt},
 * {@code client.key}), all PEM, the keys as unencrypted PKCS#8 that only their owner can read.
 *
 * <p>Immutable.
 */
public final class DevCertificates {
    /** What is used must last this long: the demo does not stop in the middle. */
    private static final Duration MARGIN = Duration.ofDays(1);

    private static final int KEY_CERT_SIGN = 5;

    private final Path directory;
    private final boolean authorityKept;

    private DevCertificates(Path directory, boolean authorityKept) {
        this.directory = directory;
        this.authorityKept = authorityKept;
    }

    /**
     * Writes new server and client certificates. A CA that is already there and valid for another day is kept, so that
     * who trusts it need not do so again; else a new one is written too. Each file appears whole or not at all.
     *
     * @param directory is made when it is missing
     */
    public static DevCertificates writeTo(Path directory) throws IOException {
        return writeTo(directory, Instant.now());
    }

    static DevCertificates writeTo(Path directory, Instant now) throws IOException {
        Files.createDirectories(directory);
        Optional<Credential> present = authority(directory, now);
        DevAuthority authority = present.isPresent() ? new DevAuthority(present.get()) : DevAuthority.create(now);
        Credential server = authority.issueServer(now);
        Credential client = authority.issueClient(now);
        if (present.isEmpty()) {
            write(directory, "ca", authority.credential().key(), List.of(authority.certificate()));
        }
        write(directory, "server", server.key(), server.chain());
        write(directory, "client", client.key(), List.of(client.certificate()));
        return new DevCertificates(directory, present.isPresent());
    }

    /** All six files are there, fit each other, and are valid now and for another day. */
    public static boolean usable(Path directory) {
        return usable(directory, Instant.now());
    }

    static boolean usable(Path directory, Instant now) {
        Optional<Credential> authority = authority(directory, now);
        return authority.isPresent()
                && issued(directory, "server", authority.get(), now)
                && issued(directory, "client", authority.get(), now);
    }

    /** The CA was there before: who trusts it need not do so again. */
    public boolean authorityKept() {
        return authorityKept;
    }

    /** The CA's certificate, which clients are told to trust. */
    public Path authorityCertificate() {
        return directory.resolve("ca.crt");
    }

    /** The server's certificate, then the CA's. */
    public Path serverCertificate() {
        return directory.resolve("server.crt");
    }

    public Path serverKey() {
        return directory.resolve("server.key");
    }

    public Path clientCertificate() {
        return directory.resolve("client.crt");
    }

    public Path clientKey() {
        return directory.resolve("client.key");
    }

    private static Optional<Credential> authority(Path directory, Instant now) {
        return load(directory, "ca", now).filter(ca -> {
            boolean[] usage = ca.certificate().getKeyUsage();
            return ca.certificate().getBasicConstraints() >= 0 && (usage == null || usage[KEY_CERT_SIGN]);
        });
    }

    private static boolean issued(Path directory, String name, Credential authority, Instant now) {
        return load(directory, name, now)
                .filter(credential -> isSignedBy(credential.certificate(), authority.certificate()))
                .isPresent();
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            return false;
        }
        return certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    }

    /** What cannot be read is as good as missing: the files are ours and are made anew. */
    private static Optional<Credential> load(Path directory, String name, Instant now) {
        TlsConfig files = new TlsConfig(
                name,
                directory.resolve(name + ".crt"),
                directory.resolve(name + ".key"),
                Optional.empty(),
                MinVersion.TLS_1_2);
        try {
            Credential credential = Credential.load(files, now);
            return Optional.of(credential).filter(c -> isValid(c.certificate(), now));
        } catch (TlsException e) {
            return Optional.empty();
        }
    }

    private static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.plus(MARGIN).isAfter(certificate.getNotAfter().toInstant());
    }

    private static void write(Path directory, String name, PrivateKey key, List<X509Certificate> chain)
            throws IOException {
        StringWriter certificates = new StringWriter();
        try (PemWriter writer = new PemWriter(certificates)) {
            for (X509Certificate certificate : chain) {
                writer.writeObject(new PemObject("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IOException("cannot encode " + name + ".crt: " + e.getMessage(), e);
        }
        StringWriter privateKey = new StringWriter();
        try (PemWriter writer = new PemWriter(privateKey)) {
            writer.writeObject(new PemObject("PRIVATE KEY", key.getEncoded()));
        }
        replace(directory.resolve(name + ".key"), privateKey.toString(), "rw-------");
        replace(directory.resolve(name + ".crt"), certificates.toString(), "rw-r--r--");
    }

    /** Creates the file with its permissions beside the target, then moves it over: no moment shows half or to others. */
    private static void replace(Path target, String content, String permissions) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
        Path temporary = Files.createTempFile(directory, "." + target.getFileName(), ".tmp", attributes);
        try {
            Files.writeString(temporary, content);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
