package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import io.sluice.config.Quote;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How a command finds the gateway that runs, and calls it.
 *
 * <p>Confined to the main thread.
 */
final class OperatorOptions {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    @Mixin
    private final ConfigurationOptions configuration = new ConfigurationOptions();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The operators' listener of the gateway, e.g. http://127.0.0.1:9883; without it admin.bind of the"
                            + " configuration.")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File whose first line is the token; without it admin.token-file.")
    private @Nullable Path tokenFile;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /**
     * Calls and prints the answer.
     *
     * @param path below {@code /api/v1/}, encoded
     * @throws UsageException the command, or the configuration that tells whom to call, is wrong
     * @throws StartException one line: nobody answers, or the answer is no
     */
    int call(String method, String path) throws UsageException, StartException, InterruptedException {
        AdminConfig config = url == null ? admin() : null;
        URI base = url != null ? base(url) : address(config);
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/api/v1/" + path))
                .timeout(ANSWER)
                .header("Accept", json ? "application/json" : "text/plain")
                .method(method, HttpRequest.BodyPublishers.noBody());
        Optional<Path> token =
                tokenFile != null ? Optional.of(tokenFile) : config == null ? Optional.empty() : config.tokenFile();
        if (token.isPresent()) {
            request.header("Authorization", "Bearer " + token(token.get()));
        }
        HttpResponse<String> answer = send(base, request.build());
        if (answer.statusCode() == 401) {
            throw new StartException("the gateway at " + base + " wants its token; name the file that holds it with"
                    + " --token-file or admin.token-file");
        }
        if (answer.statusCode() == 400) {
            throw new UsageException(List.of("sluice: " + answer.body().strip()));
        }
        if (answer.statusCode() / 100 != 2) {
            throw new StartException(answer.body().strip());
        }
        spec.commandLine().getOut().print(answer.body());
        spec.commandLine().getOut().flush();
        return Main.OK;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** One more parameter of a query; nothing where there is no value. */
    static String parameter(String name, @Nullable Object value) {
        return value == null ? "" : name + "=" + encoded(value.toString()) + "&";
    }

    private AdminConfig admin() throws UsageException {
        try {
            return configuration.load().gateway().admin();
        } catch (UsageException wrong) {
            throw new UsageException(List.of(
                    String.valueOf(wrong.getMessage()),
                    "sluice: the gateway was not asked; --url http://host:port asks it without the configuration"));
        }
    }

    private URI base(String text) throws UsageException {
        if (configuration.given()) {
            throw new UsageException(List.of("sluice: --url goes without a configuration; the gateway has its own"));
        }
        try {
            URI base = new URI(text);
            if ("http".equals(base.getScheme()) && base.getHost() != null && base.getPort() != 0) {
                return base;
            }
        } catch (URISyntaxException wrong) {
            // told below
        }
        throw new UsageException(List.of("sluice: --url: " + Quote.quote(text)
                + " is not possible; write http://host:port, e.g. http://127.0.0.1:9883"));
    }

    private static URI address(@Nullable AdminConfig config) throws StartException {
        HostPort bind = config == null ? null : config.bind().orElse(null);
        if (bind == null) {
            throw new StartException("the gateway takes no commands: admin.bind is off");
        }
        String host = bind.host().equals("0.0.0.0") || bind.host().equals("::") ? "localhost" : bind.host();
        return URI.create("http://" + new HostPort(host, bind.port()));
    }

    private static String token(Path file) throws StartException {
        if (!Files.isReadable(file)) {
            throw new StartException("the token file " + file
                    + (Files.exists(file) ? " cannot be read; run as its owner" : " does not exist"));
        }
        try {
            return Files.readString(file).lines().findFirst().orElse("").strip();
        } catch (IOException unreadable) {
            throw new StartException("the token cannot be read: " + unreadable);
        }
    }

    private static HttpResponse<String> send(URI base, HttpRequest request)
            throws StartException, InterruptedException {
        try {
            return HttpClient.newBuilder().connectTimeout(CONNECT).build().send(request, BodyHandlers.ofString());
        } catch (IOException unreached) {
            throw new StartException(
                    "no gateway answers at " + base + "; does it run, with this configuration (admin.bind)?");
        }
    }
}
