package io.sluice.deploy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.loadtest.EmbeddedBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in a process of its own, before a broker of this process.
 *
 * <p>Confined to the test's thread.
 */
final class RunningGateway implements AutoCloseable {
    private static final Pattern SERVES = Pattern.compile(" serves (wss://\\S+) -> ");
    private static final long TIMEOUT_SECONDS = 60;

    private final EmbeddedBroker broker;
    private final Process process;
    private final CompletableFuture<URI> uri = new CompletableFuture<>();

    private RunningGateway(EmbeddedBroker broker, Process process) {
        this.broker = broker;
        this.process = process;
        Thread reader = new Thread(this::read, "gateway's log");
        reader.setDaemon(true);
        reader.start();
    }

    /** @param environment {@code SLUICE__} settings, over which that of the broker wins */
    static RunningGateway start(Map<String, String> environment, String... command) throws IOException {
        EmbeddedBroker broker = EmbeddedBroker.start();
        Map<String, String> all = new HashMap<>(environment);
        all.put("SLUICE__CLUSTER__BROKERS", broker.address().toString());
        all.put("SLUICE__ADMIN__BIND", "off");
        all.put("SLUICE__DRAIN__UNREADY_DELAY", "0s");
        all.put("SLUICE__DRAIN__CLOSE_SPREAD_TIME", "0s");
        Process process =
                Command.builder(all, command).redirectErrorStream(true).start();
        return new RunningGateway(broker, process);
    }

    private void read() {
        StringBuilder log = new StringBuilder();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                log.append(line).append('\n');
                Matcher serves = SERVES.matcher(line);
                if (serves.find()) {
                    uri.complete(URI.create(serves.group(1)));
                }
            }
            uri.completeExceptionally(new IOException("the gateway does not start: " + log));
        } catch (IOException e) {
            uri.completeExceptionally(e);
        }
    }

    /** Connects as an MQTT 3.1.1 client over TLS, and tells the first bytes that come back, in hexadecimal. */
    String connect(Path authority) throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(trust(authority)).build();
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("mqtt")
                .buildAsync(uri.get(TIMEOUT_SECONDS, TimeUnit.SECONDS), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        byte[] bytes = new byte[data.remaining()];
                        data.get(bytes);
                        answer.complete(HexFormat.of().formatHex(bytes));
                        return null;
                    }
                })
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        byte[] connect = "\20\20\0\4MQTT\4\2\0\0\0\4test".getBytes(US_ASCII);
        socket.sendBinary(ByteBuffer.wrap(connect), true).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        String bytes = answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        socket.abort();
        return bytes;
    }

    private static SSLContext trust(Path authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** Sends SIGTERM and tells the exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("SIGTERM does not end the gateway");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        broker.close();
    }
}
