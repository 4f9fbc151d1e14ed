package io.sluice.tls;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.Library;
import io.sluice.config.TlsConfig.MinVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS bundles of one listener at work: what it needs to serve TLS with their certificates.
 *
 * <p>Thread-safe.
 */
public final class TlsBundle {
    /** Sessions and tickets older than this are not resumed; within it a client on the move saves half the handshake. */
    static final Duration SESSION_TIMEOUT = Duration.ofHours(1);
    /** Where clients show certificates: one that is resumed is not looked up in the revocation list. */
    static final Duration VERIFIED_SESSION_TIMEOUT = Duration.ofMinutes(5);
    /** Sessions held for clients that take no tickets; some 2 KiB each. */
    static final int SESSION_CACHE_SIZE = 10_000;
    /** Conscrypt fills it and never looks there; 0 would be no bound. */
    static final int UNUSED_CACHE_SIZE = 1;
    /** Open files that Conscrypt takes for an engine of its own: a pipe. */
    private static final int CONSCRYPT_DESCRIPTORS = 2;

    private static final List<String> CHEAP_FIRST = List.of("AES_128_GCM", "AES_256_GCM", "CHACHA20");

    private final List<TlsConfig> configs;
    private final SSLContext context;
    private final ServerKeyManager keys;
    private final @Nullable ClientTrust trust;
    private volatile Loaded loaded;
    /** How often files were read again, and which of these is in force; guarded by this. */
    private long reads;

    private long inForce;

    /**
     * What the files hold.
     *
     * @param before digest of the files, taken before they were read: what changes meanwhile differs from it
     */
    private record Loaded(List<Served> served, ClientTrust.@Nullable Rules rules, ByteBuffer before) {
        static Loaded from(List<TlsConfig> configs, Instant now) throws TlsException {
            ByteBuffer before = contents(configs);
            List<Served> served = new ArrayList<>();
            for (TlsConfig config : configs) {
                Credential credential = Credential.load(config, now);
                if (config.provider() == Library.CONSCRYPT) {
                    ConscryptJar.require(config);
                    credential = ConscryptJar.adopt(config, credential);
                }
                served.add(Served.of(credential, config.serverNames()));
            }
            TlsConfig first = configs.get(0);
            Path clientCa = first.clientCa().orElse(null);
            boolean asks = clientCa != null && first.clientAuth() != ClientAuth.NONE;
            return new Loaded(served, asks && clientCa != null ? ClientTrust.load(first, clientCa, now) : null, before);
        }
    }

    private TlsBundle(List<TlsConfig> configs, Loaded loaded) throws TlsException {
        this.configs = configs;
        this.loaded = loaded;
        keys = new ServerKeyManager(loaded.served);
        trust = loaded.rules == null ? null : new ClientTrust(loaded.rules);
        try {
            context = usesConscrypt() ? ConscryptTls.context(keys, trust) : jdkContext(keys, trust);
        } catch (GeneralSecurityException e) {
            throw new TlsException("tls: this Java has no usable TLS: " + e.getMessage());
        }
        SSLSessionContext sessions = context.getServerSessionContext();
        Duration timeout = trust == null ? SESSION_TIMEOUT : VERIFIED_SESSION_TIMEOUT;
        sessions.setSessionTimeout((int) timeout.toSeconds());
        sessions.setSessionCacheSize(usesConscrypt() ? UNUSED_CACHE_SIZE : SESSION_CACHE_SIZE);
    }

    private static SSLContext jdkContext(ServerKeyManager keys, @Nullable ClientTrust trust)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        // No trust managers at all instead of null: a server that asks for no client certificate has nobody to trust.
        TrustManager[] trusted = trust == null ? new TrustManager[0] : new TrustManager[] {trust};
        context.init(new KeyManager[] {keys}, trusted, null);
        return context;
    }

    private boolean usesConscrypt() {
        return configs.get(0).provider() == Library.CONSCRYPT;
    }

    /**
     * Reads the files of the bundles and makes one context of them.
     *
     * @param configs at least one, that for unknown server names first; version and client certificates are as this one says
     * @throws TlsException one line for the operator: a file cannot be read, key and certificate do not fit
     */
    public static TlsBundle load(List<TlsConfig> configs) throws TlsException {
        return load(configs, Instant.now());
    }

    static TlsBundle load(TlsConfig config, Instant now) throws TlsException {
        return load(List.of(config), now);
    }

    static TlsBundle load(List<TlsConfig> configs, Instant now) throws TlsException {
        return new TlsBundle(List.copyOf(configs), Loaded.from(configs, now));
    }

    /**
     * Reads the files again; from the next handshake on what they hold counts.
     *
     * @throws TlsException as in {@link #load}; what was in force stays so
     */
    public void reload() throws TlsException {
        prepare().run();
    }

    /**
     * Reads the files again, without effect as yet. Of several threads one reads at a time.
     *
     * @return puts what was read in force, unless what was read later is
     * @throws TlsException as in {@link #load}
     */
    public synchronized Runnable prepare() throws TlsException {
        Loaded next = Loaded.from(configs, Instant.now());
        long number = ++reads;
        return () -> exchange(next, number);
    }

    private synchronized void exchange(Loaded next, long number) {
        if (number < inForce) {
            return;
        }
        inForce = number;
        keys.exchange(next.served);
        if (trust != null && next.rules != null) {
            trust.exchange(next.rules);
        }
        loaded = next;
    }

    /** Whether the files hold something else than what was last put in force. Reads them, through symbolic links. */
    public boolean filesChanged() {
        return !contents(configs).equals(loaded.before);
    }

    /** A digest; a file that cannot be read counts as empty. */
    private static ByteBuffer contents(List<TlsConfig> configs) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files(configs)) {
                byte[] bytes = read(file);
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
                digest.update(bytes);
            }
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            return new byte[0];
        }
    }

    private static List<Path> files(List<TlsConfig> configs) {
        List<Path> files = new ArrayList<>();
        for (TlsConfig config : configs) {
            files.add(config.certificate());
            files.add(config.privateKey());
            config.privateKeyPasswordFile().ifPresent(files::add);
            config.clientCa().ifPresent(files::add);
            config.crl().ifPresent(files::add);
        }
        return files;
    }

    /** How often the files are to be looked at; empty is never. */
    public Optional<Duration> reloadInterval() {
        return configs.stream()
                .flatMap(config -> config.reloadInterval().stream())
                .min(Duration::compareTo);
    }

    /** The context of server engines. It trusts no server, so it is of no use to clients. */
    public SSLContext context() {
        return context;
    }

    /** Readies an engine of the context that has not begun. */
    public void prepare(SSLEngine engine) {
        if (usesConscrypt()) {
            ConscryptTls.prepare(engine, trust == null);
        }
    }

    /** Rids an engine that has shaken hands of the suites that it has not chosen, of which it has a list of its own. */
    public void settle(SSLEngine engine) {
        if (!usesConscrypt()) {
            engine.setEnabledCipherSuites(new String[] {engine.getSession().getCipherSuite()});
        }
    }

    /**
     * Whether engines hold memory and open files outside the heap until they are closed both ways and have nothing to write.
     * Those that nobody ends stay until they are collected.
     */
    public boolean enginesMustEnd() {
        return usesConscrypt();
    }

    /** Open files that each engine takes. */
    public int descriptorsPerEngine() {
        return usesConscrypt() ? CONSCRYPT_DESCRIPTORS : 0;
    }

    /** Whether clients show a certificate. */
    public ClientAuth clientAuth() {
        return configs.get(0).clientAuth();
    }

    /** One line each for the operator, about what works but should not stay so, e.g. an expired certificate. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Loaded current = loaded;
        current.served.forEach(served -> warnings.addAll(served.credential().warnings()));
        if (current.rules != null) {
            warnings.addAll(current.rules.warnings());
        }
        return warnings;
    }

    /** The protocol versions to enable on every engine, newest first; a fresh array each time. */
    public String[] protocols() {
        return configs.get(0).minVersion() == MinVersion.TLS_1_3
                ? new String[] {"TLSv1.3"}
                : new String[] {"TLSv1.3", "TLSv1.2"};
    }

    /** The cipher suites to enable on every engine, which is to keep to their order, the cheap ones first; a fresh array each time. */
    public String[] cipherSuites() {
        return cheapFirst(context.getDefaultSSLParameters().getCipherSuites());
    }

    /**
     * The order of the JDK, which has suites with forward secrecy and authenticated encryption first, and among those AES with
     * 128 bits before 256, and both before ChaCha20.
     */
    static String[] cheapFirst(String[] suites) {
        return Stream.of(suites).sorted(Comparator.comparing(TlsBundle::cost)).toArray(String[]::new);
    }

    private static int cost(String suite) {
        boolean forwardSecret =
                !suite.contains("_WITH_") || suite.startsWith("TLS_ECDHE_"); // TLS 1.3 names no key exchange
        for (int i = 0; forwardSecret && i < CHEAP_FIRST.size(); i++) {
            if (suite.contains(CHEAP_FIRST.get(i))) {
                return i;
            }
        }
        return CHEAP_FIRST.size();
    }

    /** The certificate for unknown server names, without its chain. */
    public X509Certificate certificate() {
        return loaded.served.get(0).credential().certificate();
    }
}
