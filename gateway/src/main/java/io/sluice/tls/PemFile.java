package io.sluice.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The blocks of one PEM file (RFC 7468), and the configuration key that names the file in messages. Text between blocks
 * is skipped.
 *
 * <p>Immutable.
 */
final class PemFile {
    /** No chain and no key comes near; a device or a log named by mistake is not read into memory. */
    static final int MAX_BYTES = 1 << 20;

    private static final String MISSING = "does not exist";
    private static final Set<String> CERTIFICATE_TYPES =
            Set.of(PEMParser.TYPE_CERTIFICATE, PEMParser.TYPE_X509_CERTIFICATE);
    private static final String PRIVATE_KEY_SUFFIX = "PRIVATE KEY";
    /** SEQUENCE: every DER certificate and key and every PKCS#12 file begins with it (X.690 8.9). */
    private static final byte DER_SEQUENCE = 0x30;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String key;
    private final Path path;
    private final List<PemObject> blocks;

    private PemFile(String key, Path path, List<PemObject> blocks) {
        this.key = key;
        this.path = path;
        this.blocks = List.copyOf(blocks);
    }

    /**
     * Reads a file whole.
     *
     * @param key the configuration key that names the file
     * @throws TlsException the file cannot be read, is empty, is greater than {@link #MAX_BYTES}, is binary, or has a
     *     damaged block
     */
    static PemFile read(String key, Path path) throws TlsException {
        byte[] content = content(key, path);
        if (content[0] == DER_SEQUENCE && !isText(content)) {
            throw problem(key, path, "is binary (DER or PKCS#12); convert it to PEM with openssl x509, pkey or pkcs12");
        }
        return new PemFile(key, path, blocks(key, path, text(content)));
    }

    /** The first line of a password file, without its line end. */
    static String firstLine(String key, Path path) throws TlsException {
        String line = text(content(key, path)).lines().findFirst().orElse("");
        if (line.isEmpty()) {
            throw problem(key, path, "has an empty first line; write the password there");
        }
        return line;
    }

    /** The path as messages show it: quoted, control characters and quotes escaped, never cut. */
    static String quoted(Path path) {
        StringBuilder text = new StringBuilder("\"");
        path.toString()
                .chars()
                .forEach(c -> text.append(
                        Character.isISOControl(c) || c == '"'
                                ? String.format("\\u%04x", c)
                                : Character.toString((char) c)));
        return text.append('"').toString();
    }

    Path path() {
        return path;
    }

    /** A problem of this file. */
    TlsException problem(String what) {
        return problem(key, path, what);
    }

    /**
     * The certificates in the file's order.
     *
     * @return at least one
     * @throws TlsException the file holds none, or one that cannot be read
     */
    List<X509Certificate> certificates() throws TlsException {
        return certificates("write the server's certificate there, then its chain");
    }

    /** @param instead what to write there where there is none */
    List<X509Certificate> certificates(String instead) throws TlsException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemObject block : blocks) {
            if (CERTIFICATE_TYPES.contains(block.getType())) {
                certificates.add(certificate(block, certificates.size() + 1));
            }
        }
        if (certificates.isEmpty()) {
            throw problem("holds no CERTIFICATE block" + instead() + "; " + instead);
        }
        return certificates;
    }

    /**
     * The revocation lists in the file's order.
     *
     * @return at least one
     * @throws TlsException the file holds none, or one that cannot be read
     */
    List<X509CRL> revocations() throws TlsException {
        List<X509CRL> lists = new ArrayList<>();
        for (PemObject block : blocks) {
            if (block.getType().equals(PEMParser.TYPE_X509_CRL)) {
                try {
                    lists.add((X509CRL) CertificateFactory.getInstance("X.509")
                            .generateCRL(new ByteArrayInputStream(block.getContent())));
                } catch (CertificateException | CRLException e) {
                    throw problem("has a damaged X509 CRL block; write the file anew");
                }
            }
        }
        if (lists.isEmpty()) {
            throw problem("holds no X509 CRL block" + instead() + "; write the authority's revocation list there");
        }
        return lists;
    }

    /**
     * The one block with a private key, of whatever format.
     *
     * @throws TlsException the file holds none or several
     */
    PemObject privateKeyBlock() throws TlsException {
        List<PemObject> keys = blocks.stream()
                .filter(block -> block.getType().endsWith(PRIVATE_KEY_SUFFIX))
                .toList();
        if (keys.isEmpty()) {
            throw problem(
                    "holds no PRIVATE KEY block" + instead() + "; write the private key of the certificate there");
        }
        if (keys.size() > 1) {
            throw problem("holds " + keys.size() + " private keys; leave only the one of the certificate");
        }
        return keys.get(0);
    }

    private X509Certificate certificate(PemObject block, int number) throws TlsException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.getContent()));
        } catch (CertificateException e) {
            throw problem("has a damaged CERTIFICATE block (number " + number + "); write the file anew");
        }
    }

    private String instead() {
        return blocks.isEmpty()
                ? ""
                : " but " + blocks.stream().map(PemObject::getType).distinct().collect(Collectors.joining(", "));
    }

    private static List<PemObject> blocks(String key, Path path, String text) throws TlsException {
        List<PemObject> blocks = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                blocks.add(block);
            }
        } catch (IOException | DecoderException e) {
            throw problem(
                    key, path, "has a damaged PEM block (number " + (blocks.size() + 1) + "); write the file anew");
        }
        return blocks;
    }

    private static byte[] content(String key, Path path) throws TlsException {
        if (Files.isDirectory(path)) {
            throw problem(key, path, "is a directory; write the path of a file");
        }
        byte[] content;
        try (InputStream in = Files.newInputStream(path)) {
            content = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw problem(key, path, reason(e));
        }
        if (content.length == 0) {
            throw problem(key, path, "is empty");
        }
        if (content.length > MAX_BYTES) {
            throw problem(key, path, "is greater than 1 MiB; write the path of a PEM file");
        }
        return content;
    }

    /** What kept a file from being read, in an operator's words. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return MISSING;
        }
        if (e instanceof AccessDeniedException) {
            return "cannot be read: permission denied; let user " + System.getProperty("user.name") + " read it";
        }
        return "cannot be read: " + e.getMessage();
    }

    private static TlsException problem(String key, Path path, String what) {
        String hint = what.equals(MISSING) && key.startsWith("tls.") && !key.endsWith("password-file")
                ? "; ./sluice dev-certs makes certificates for development"
                : "";
        return new TlsException(key + ": " + quoted(path) + " " + what + hint);
    }

    private static String text(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        return text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    private static boolean isText(byte[] content) {
        for (byte b : content) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }
}
