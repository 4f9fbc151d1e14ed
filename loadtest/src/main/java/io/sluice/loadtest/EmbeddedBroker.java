package io.sluice.loadtest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.sluice.config.HostPort;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.slf4j.LoggerFactory;

/**
 * An MQTT broker (3.1, 3.1.1 and 5.0) inside this process, on a free loopback port, open to anyone and forgetting
 * everything when it stops.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String ACCEPTOR = "mqtt";
    private static final String HOST = "127.0.0.1";

    /** What one topic may hold for slow or absent subscribers; the newest message is dropped beyond it. */
    private static final long MAX_BYTES_PER_TOPIC = 128L << 20;

    private final ActiveMQServer server;
    private final HostPort address;

    private EmbeddedBroker(ActiveMQServer server, int port) {
        this.server = server;
        this.address = new HostPort(HOST, port);
    }

    /**
     * Starts a broker on a free port; takes about a second.
     *
     * @throws IllegalStateException the broker does not start
     */
    public static EmbeddedBroker start() {
        return start("");
    }

    /**
     * Starts a broker that expects a PROXY protocol header (v1 or v2) at the head of every connection.
     *
     * @throws IllegalStateException the broker does not start
     */
    public static EmbeddedBroker startExpectingProxyHeader() {
        return start(";proxyProtocolEnabled=true");
    }

    private static EmbeddedBroker start(String acceptorOptions) {
        quiet();
        try {
            ActiveMQServer server = new ActiveMQServerImpl(configuration(acceptorOptions));
            server.start();
            NettyAcceptor acceptor = (NettyAcceptor) server.getRemotingService().getAcceptor(ACCEPTOR);
            if (acceptor == null || acceptor.getActualPort() <= 0) {
                server.stop();
                throw new IllegalStateException("the embedded broker does not listen");
            }
            return new EmbeddedBroker(server, acceptor.getActualPort());
        } catch (IllegalStateException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the embedded broker does not start: " + e.getMessage(), e);
        }
    }

    /**
     * serverKeepAlive=65535 leaves each client its own keep alive and gives one with none 18 hours; -1 looks right, but
     * drops a client without keep alive at once. defaultMqttSessionExpiryInterval=-1 keeps the sessions of 3.x clients as
     * the standard has it.
     */
    private static Configuration configuration(String acceptorOptions) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setJournalType(JournalType.NIO)
                .setMaxDiskUsage(-1)
                .setGracefulShutdownEnabled(false)
                .setThreadPoolMaxSize(4)
                .setScheduledThreadPoolMaxSize(2)
                .addAcceptorConfiguration(
                        ACCEPTOR,
                        "tcp://" + HOST + ":0?protocols=MQTT;useEpoll=false;useKQueue=false;tcpNoDelay=true"
                                + ";serverKeepAlive=65535;defaultMqttSessionExpiryInterval=-1" + acceptorOptions);
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP)
                        .setMaxSizeBytes(MAX_BYTES_PER_TOPIC));
        return configuration;
    }

    /** Silences what the broker says about clusters, stores and dead letter queues, which are not there. */
    private static void quiet() {
        Map<String, Level> levels = Map.of(
                "org.apache.activemq", Level.WARN,
                "org.apache.activemq.artemis.core.server", Level.ERROR,
                "org.apache.commons", Level.WARN,
                "io.netty", Level.WARN);
        levels.forEach((name, level) -> {
            if (LoggerFactory.getLogger(name) instanceof Logger logger && logger.getLevel() == null) {
                logger.setLevel(level);
            }
        });
    }

    /** Where MQTT clients connect over plain TCP. */
    public HostPort address() {
        return address;
    }

    /** Where its clients are, as {@code host:port}: with a PROXY header what that says. */
    public List<String> clientAddresses() {
        return server.getRemotingService().getConnections().stream()
                .map(connection -> connection.getRemoteAddress().replaceFirst("^/", ""))
                .toList();
    }

    /** Ends every connection and stops; a stopped broker cannot be started again. Idempotent. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the embedded broker does not stop: " + e.getMessage(), e);
        }
    }
}
