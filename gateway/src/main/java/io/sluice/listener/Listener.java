package io.sluice.listener;

import io.sluice.config.HostPort;
import io.sluice.config.ListenerConfig;
import io.sluice.config.ListenerConfig.ClientAddress;
import io.sluice.limit.Rate;
import io.sluice.net.CountedBuffers;
import io.sluice.net.IoContext;
import io.sluice.net.IoThreads;
import io.sluice.net.NettyBufferPool;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.session.SessionObserver;
import io.sluice.session.TimerWheel;
import io.sluice.telemetry.Metrics;
import io.sluice.tls.TlsBundle;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * Where clients connect: accepts, wraps in TLS, speaks HTTP until the upgrade, and hands upgraded connections to new
 * sessions. Everything from the first byte to the end of a session happens on one I/O thread.
 *
 * <p>Thread-safe.
 */
public final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_QUERY_PARAMETERS = 100;
    private static final long MAX_BODY_BYTES = 64 * 1024;
    private static final int BACKLOG = 4096;
    private static final int ACCEPTS_PER_WAKE_UP = 64;

    /** TLS and the request have the handshake time-out each. */
    private static final int HANDSHAKE_STEPS = 2;

    private static final String ALPN = "http/1.1";

    private final ListenerConfig config;
    private final IoThreads threads;
    private final List<SessionGroup> groups;
    /** Of the groups, in their order. */
    private final List<LongSupplier> clocks;

    private final ClientFacts facts;
    private final SessionObserver observer;
    private final Door door;
    private final Metrics metrics;
    private final @Nullable TlsBundle tls;
    private final SSLParameters tlsParameters;
    private final HttpOpenListener http;
    private final Handshake handshake;
    private final List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * Does not listen yet.
     *
     * @param bundle null for a plain listener
     * @param groups one for each I/O thread, in their order
     * @param door one for all listeners
     * @param fallback answers requests whose path is no route, on an I/O thread; must not block
     */
    public Listener(
            ListenerConfig config,
            @Nullable TlsBundle bundle,
            List<RouteBinding> routes,
            IoThreads threads,
            List<SessionGroup> groups,
            SessionObserver observer,
            Door door,
            Metrics metrics,
            HttpHandler fallback) {
        this.config = config;
        this.threads = threads;
        this.groups = groups;
        clocks = groups.stream()
                .map(SessionGroup::wheel)
                .<LongSupplier>map(wheel -> wheel::now)
                .toList();
        facts = new ClientFacts(config);
        this.observer = observer;
        this.door = door;
        this.metrics = metrics;
        NettyBufferPool buffers = threads.buffers();
        tls = bundle;
        tlsParameters = bundle == null ? new SSLParameters() : parameters(bundle);
        http = new HttpOpenListener(
                buffers, httpOptions((int) config.handshakeTimeout().toMillis()));
        handshake =
                new Handshake(config.name(), metrics, ready(routes), facts, fallback, () -> stopping, this::upgraded);
        http.setRootHandler(handshake);
    }

    /** From the next handshake on these routes serve; sessions keep what they began with. */
    public void use(List<RouteBinding> routes) {
        handshake.use(ready(routes));
    }

    private Routes ready(List<RouteBinding> routes) {
        List<Routes.Route> ready = routes.stream()
                .map(r -> new Routes.Route(
                        r.route(),
                        new Origins(r.route().origins()),
                        r.policy(),
                        FramePace.rate(r.policy().rates()),
                        r.route()
                                .auth()
                                .map(auth -> new ForwardAuth(r.route().name(), auth, facts))
                                .orElse(null)))
                .toList();
        return Routes.of(config.name(), ready);
    }

    private static OptionMap httpOptions(int handshakeMillis) {
        return OptionMap.builder()
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, handshakeMillis)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, handshakeMillis)
                .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                .set(UndertowOptions.MAX_PARAMETERS, MAX_QUERY_PARAMETERS)
                .set(UndertowOptions.MAX_ENTITY_SIZE, MAX_BODY_BYTES)
                .set(UndertowOptions.ENABLE_HTTP2, false)
                .set(UndertowOptions.ALWAYS_SET_DATE, false)
                .getMap();
    }

    /**
     * Listens on one of the configured addresses.
     *
     * @throws IOException the address cannot be had
     */
    public void listen(HostPort bind) throws IOException {
        InetSocketAddress address = new InetSocketAddress(bind.host(), bind.port());
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        ChannelListener<AcceptingChannel<StreamConnection>> accept = this::accept;
        AcceptingChannel<StreamConnection> socket = threads.worker()
                .createStreamConnectionServer(
                        address,
                        accept,
                        OptionMap.builder()
                                .set(Options.TCP_NODELAY, true)
                                .set(Options.KEEP_ALIVE, true)
                                .set(Options.REUSE_ADDRESSES, true)
                                .set(Options.BACKLOG, BACKLOG)
                                .getMap());
        sockets.add(socket);
        addresses.add(socket.getLocalAddress(InetSocketAddress.class));
    }

    /** Accepts from all addresses. */
    public void start() {
        sockets.forEach(AcceptingChannel::resumeAccepts);
        door.whenFull(
                () -> sockets.forEach(AcceptingChannel::suspendAccepts),
                () -> sockets.forEach(AcceptingChannel::resumeAccepts));
    }

    /** The bound addresses, with the real ports. */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    public ListenerConfig config() {
        return config;
    }

    /**
     * Closes the listening sockets and refuses further handshakes; sessions go on. Idempotent. The sockets are closed when it
     * returns, whoever was first to call.
     */
    public synchronized void stop() {
        if (!stopping) {
            stopping = true;
            // closing waits for the worker's threads: once more, after these have ended, it would wait for ever
            sockets.forEach(IoUtils::safeClose);
        }
    }

    /** XNIO accepts on one thread and calls this on the I/O thread that the connection belongs to. */
    private void accept(AcceptingChannel<StreamConnection> socket) {
        try {
            for (int i = 0; i < ACCEPTS_PER_WAKE_UP; i++) {
                StreamConnection connection = socket.accept();
                if (connection == null) {
                    return;
                }
                metrics.connected(config.name());
                open(connection);
            }
        } catch (IOException closed) {
            LOG.debug("accept ended listener={} reason={}", config.name(), closed.getMessage());
        }
    }

    private void open(StreamConnection connection) {
        try {
            Ticket ticket = door.enter();
            ticket.follow(connection);
            Arrival direct = Arrival.of(connection);
            if (config.clientAddress() != ClientAddress.PROXY_PROTOCOL) {
                arrived(connection, direct, ticket);
            } else if (facts.trusts(direct.peer())) {
                HandshakeDeadline deadline = new HandshakeDeadline(wheel(connection), connection);
                deadline.in(config.handshakeTimeout().toNanos());
                new ProxyGate(connection, deadline, (same, arrival) -> arrived(same, arrival, ticket)).start();
            } else {
                LOG.debug(
                        "connection closed, its peer is not among the trusted proxies listener={} peer={}",
                        config.name(),
                        direct.peer());
                IoUtils.safeClose(connection);
            }
        } catch (RuntimeException | Error bug) {
            IoUtils.safeClose(connection);
            observer.bug("opening a connection", bug);
        }
    }

    /** From here on it is TLS or HTTP. */
    private void arrived(StreamConnection connection, Arrival arrival, Ticket ticket) {
        try {
            InetSocketAddress client = arrival.client();
            if (facts.knowsAddress(arrival) && !facts.trusts(client) && !ticket.mayStay(client.getAddress())) {
                LOG.debug("connection closed, its address is refused listener={} client={}", config.name(), client);
                IoUtils.safeClose(connection);
                return;
            }
            TlsHandover handover = tls == null ? null : wrap(tls, connection);
            StreamConnection channel = handover == null ? connection : handover.connection();
            HandshakeDeadline deadline = new HandshakeDeadline(wheel(connection), channel);
            deadline.in(HANDSHAKE_STEPS * config.handshakeTimeout().toNanos());
            HeaderGuard.guard(channel, arrival, ticket, deadline, threads.buffers(), handover);
            http.handleEvent(channel);
        } catch (RuntimeException | Error bug) {
            IoUtils.safeClose(connection);
            observer.bug("opening a connection", bug);
        }
    }

    private TimerWheel wheel(StreamConnection connection) {
        return groups.get(IoThreads.indexOf(connection.getIoThread())).wheel();
    }

    private TlsHandover wrap(TlsBundle bundle, StreamConnection connection) {
        TlsHandover handover = new TlsHandover(
                connection,
                threads.of(connection.getIoThread()),
                bundle,
                new CountedBuffers(threads.buffers()),
                config.directTls());
        if (bundle.enginesMustEnd()) {
            handover.endEngineAfter();
        }
        bundle.prepare(handover.engine());
        handover.engine().setSSLParameters(tlsParameters);
        return handover;
    }

    /** What is the same for all engines. Where it says nothing an engine keeps what all share, and no copy of its own. */
    private static SSLParameters parameters(TlsBundle bundle) {
        SSLParameters parameters = new SSLParameters(bundle.cipherSuites());
        parameters.setUseCipherSuitesOrder(true);
        String[] protocols = bundle.protocols();
        if (!Arrays.equals(protocols, bundle.context().getDefaultSSLParameters().getProtocols())) {
            parameters.setProtocols(protocols);
        }
        parameters.setApplicationProtocols(new String[] {ALPN});
        switch (bundle.clientAuth()) {
            case REQUIRED -> parameters.setNeedClientAuth(true);
            case OPTIONAL -> parameters.setWantClientAuth(true);
            case NONE -> {}
        }
        return parameters;
    }

    private void upgraded(HttpServerExchange exchange, Routes.Route route, String subprotocol) {
        HttpServerConnection server = (HttpServerConnection) exchange.getConnection();
        StreamConnection connection = server.getChannel();
        IoContext io = threads.of(connection.getIoThread());
        int thread = IoThreads.indexOf(io.thread());
        Rate framePace = route.framePace();
        WebSocketConnection client = new WebSocketConnection(
                io,
                HeaderGuard.unguard(connection),
                framePace == null ? null : new FramePace(framePace, clocks.get(thread)));
        Session session = new Session(
                groups.get(thread),
                route.policy(),
                observer,
                facts.info(exchange, subprotocol),
                client,
                config.pingAfter().map(Duration::toNanos).orElse(0L),
                HeaderGuard.ticket(server));
        metrics.upgraded(config.name());
        client.start(session);
        if (stopping) {
            session.drain(null); // it came while the listening sockets were being closed
        }
    }
}
