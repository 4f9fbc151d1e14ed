package io.sluice.loadtest.load;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What may stand between WebSocket clients and an MQTT broker, this gateway among it. Each checks path and Origin where it can,
 * writes no log of connections, and has TLS 1.3 with one cipher.
 *
 * <p>Immutable.
 */
enum Peer {
    SLUICE("this gateway; rates of clients are counted, not enforced", "--version") {
        @Override
        List<String> command(Path program, Site site) {
            String tls = site.isTls()
                    ? "tls.certificate=" + site.tls().serverCertificate() + "\ntls.private-key="
                            + site.tls().serverKey()
                    : "listener.tls=off";
            String settings = """
                    listener.bind=127.0.0.1:%d
                    %s
                    route.paths=%s
                    cluster.brokers=127.0.0.1:%d
                    limit.mode=report
                    admin.bind=127.0.0.1:0
                    log.sessions=off
                    drain.unready-delay=0s
                    drain.close-spread-time=0s""".formatted(site.port(), tls, Site.PATH, site.upstream());
            Stream<String> set = settings.lines().flatMap(line -> Stream.of("--set", line));
            return Stream.concat(Stream.of(program.toString(), "run"), set).toList();
        }

        @Override
        Optional<Path> program() {
            Path launcher =
                    Path.of(System.getProperty("sluice.home", ""), "sluice").toAbsolutePath();
            return Files.isExecutable(launcher) ? Optional.of(launcher) : Optional.empty();
        }
    },
    LIGHTTPD("mod_wstunnel, one process", "-v") {
        @Override
        List<String> command(Path program, Site site) throws IOException {
            // mod_wstunnel answers "binary", whatever the client has offered; no MQTT client would connect
            String configuration = """
                    server.modules = ("mod_access", "mod_setenv", "mod_openssl", "mod_wstunnel")
                    server.document-root = "%1$s"
                    server.bind = "127.0.0.1"
                    server.port = %2$d
                    server.max-fds = %6$d
                    server.max-connections = %7$d
                    server.max-read-idle = 3600
                    server.max-write-idle = 3600
                    server.errorlog = "%1$s/error.log"
                    $HTTP["url"] != "%3$s" { url.access-deny = ("") }
                    wstunnel.server = ("%3$s" => (("host" => "127.0.0.1", "port" => %4$d)))
                    wstunnel.frame-type = "binary"
                    wstunnel.origins = ("%5$s")
                    setenv.set-response-header = ("Sec-WebSocket-Protocol" => "mqtt")
                    """.formatted(
                            site.directory(),
                            site.port(),
                            Site.PATH,
                            site.upstream(),
                            site.origin(),
                            site.clients() * 3 + MORE, // it stops accepting before two for each client are used up
                            site.clients() + MORE);
            String tls = site.isTls()
                    ? """
                    ssl.engine = "enable"
                    ssl.pemfile = "%s"
                    ssl.privkey = "%s"
                    ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.3", "Ciphersuites" => "%s")
                    """.formatted(site.tls().serverCertificate(), site.tls().serverKey(), Site.CIPHER)
                    : "";
            Path file = write(site, "lighttpd.conf", configuration + tls);
            return List.of(program.toString(), "-D", "-f", file.toString());
        }
    },
    NGINX("two workers; passes WebSocket through, and the broker takes the frames apart", "-v") {
        @Override
        List<String> command(Path program, Site site) throws IOException {
            String tls = site.isTls()
                    ? """
                    ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites %s;
                    ssl_certificate %s; ssl_certificate_key %s;
                    """.formatted(
                                    Site.CIPHER,
                                    site.tls().serverCertificate(),
                                    site.tls().serverKey())
                    : "";
            String configuration = """
                    daemon off; %8$s pid %1$s/pid; worker_processes 2; error_log %1$s/error.log;
                    events { worker_connections %9$d; }
                    http {
                      access_log off;
                      client_body_temp_path %1$s; proxy_temp_path %1$s; fastcgi_temp_path %1$s;
                      uwsgi_temp_path %1$s; scgi_temp_path %1$s;
                      %7$s
                      server {
                        listen 127.0.0.1:%2$d %3$s backlog=4096;
                        location = %4$s {
                          if ($http_origin != "%5$s") { return 403; }
                          proxy_pass http://127.0.0.1:%6$d;
                          proxy_http_version 1.1;
                          proxy_set_header Upgrade $http_upgrade;
                          proxy_set_header Connection upgrade;
                          proxy_set_header Host $host;
                          proxy_read_timeout 3600; proxy_send_timeout 3600;
                        }
                        location / { return 404; }
                      }
                    }
                    """.formatted(
                            site.directory(),
                            site.port(),
                            site.isTls() ? "ssl" : "",
                            Site.PATH,
                            site.origin(),
                            site.upstream(),
                            tls,
                            System.getProperty("user.name", "").equals("root") ? "user root;" : "",
                            site.clients() * 2 + MORE);
            Path file = write(site, "nginx.conf", configuration);
            return List.of(program.toString(), "-e", site.directory() + "/error.log", "-c", file.toString());
        }
    },
    HAPROXY("two threads; passes WebSocket through, and the broker takes the frames apart", "-v") {
        @Override
        List<String> command(Path program, Site site) throws IOException {
            String tls = "";
            if (site.isTls()) {
                String both = Files.readString(site.tls().serverCertificate())
                        + Files.readString(site.tls().serverKey());
                Path pem = write(site, "server.pem", both);
                tls = "ssl crt " + pem + " ssl-min-ver TLSv1.3 ciphersuites " + Site.CIPHER;
            }
            String configuration =
                    """
                    global
                      nbthread 2
                      maxconn %d
                    defaults
                      mode http
                      timeout connect 5s
                      timeout client 3600s
                      timeout server 3600s
                      timeout tunnel 3600s
                    frontend f
                      bind 127.0.0.1:%d backlog 4096 %s
                      http-request deny unless { path %s } { req.hdr(origin) %s }
                      default_backend b
                    backend b
                      server s 127.0.0.1:%d
                    """.formatted(site.clients() + MORE, site.port(), tls, Site.PATH, site.origin(), site.upstream());
            Path file = write(site, "haproxy.cfg", configuration);
            return List.of(program.toString(), "-db", "-q", "-f", file.toString());
        }
    },
    MOSQUITTO("its own WebSockets, so no hop to a broker; checks neither path nor Origin", "-h") {
        @Override
        List<String> command(Path program, Site site) throws IOException {
            String tls = site.isTls()
                    ? """
                    certfile %s
                    keyfile %s
                    tls_version tlsv1.3
                    ciphers_tls1.3 %s
                    """.formatted(site.tls().serverCertificate(), site.tls().serverKey(), Site.CIPHER)
                    : "";
            // with WebSockets alone it does not start
            String configuration = """
                    user root
                    persistence false
                    log_type error
                    log_dest stdout
                    allow_anonymous true
                    set_tcp_nodelay true
                    listener 0 %s/socket
                    listener %d 127.0.0.1
                    protocol websockets
                    """.formatted(site.directory(), site.port());
            Path file = write(site, "mosquitto.conf", configuration + tls);
            return List.of(program.toString(), "-c", file.toString());
        }
    };

    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+(\\.[0-9]+)*(-[A-Za-z]+)?");
    /** Where programs of the administrator are, which may not be on the path. */
    private static final List<String> MORE_PATH = List.of("/usr/sbin", "/usr/local/sbin", "/sbin");

    private static final int MORE = 200;
    private static final int VERSION_TIMEOUT_SECONDS = 120; // the launcher may build first

    private final String note;
    private final String versionFlag;

    Peer(String note, String versionFlag) {
        this.note = note;
        this.versionFlag = versionFlag;
    }

    /** Writes what it needs and returns how it is started, in the foreground. */
    abstract List<String> command(Path program, Site site) throws IOException;

    /** Where it is installed. */
    Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), MORE_PATH.stream())
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, toString()))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Its name with its version. */
    String label(Path program) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(program.toString(), versionFlag)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!process.waitFor(VERSION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Matcher matcher = VERSION.matcher(output);
            return matcher.find() ? this + " " + matcher.group() : toString();
        } catch (IOException e) {
            return toString();
        }
    }

    /** What is to be known when its figures are compared. */
    String note() {
        return note;
    }

    /** Its name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For its user alone: there may be a key in it. */
    private static Path write(Site site, String name, String content) throws IOException {
        Path file = site.directory().resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }
}
