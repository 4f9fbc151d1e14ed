package io.sluice;

import static io.sluice.OperatorOptions.encoded;
import static io.sluice.OperatorOptions.parameter;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The commands that call a gateway which runs.
 *
 * <p>Confined to the main thread.
 */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nParameters:%n")
abstract class OperatorCommand implements Callable<Integer> {
    @Mixin
    protected final OperatorOptions gateway = new OperatorOptions();

    /** Tells how the gateway is. */
    @Command(name = "status", description = "Tells how the running gateway is.")
    static final class Status extends OperatorCommand {
        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return gateway.call("GET", "status");
        }
    }

    /** Lists or orders brokers. */
    @Command(
            name = "brokers",
            description =
                    "Lists the brokers, or orders one: disable stops new sessions, drain moves the others away too.")
    static final class Brokers extends OperatorCommand {
        /** One broker and its order. */
        static final class Order {
            @Parameters(index = "0", paramLabel = "CLUSTER", description = "Name of the cluster.")
            private String cluster = "";

            @Parameters(index = "1", paramLabel = "BROKER", description = "host:port, as in the list.")
            private String broker = "";

            @Parameters(index = "2", paramLabel = "ORDER", description = "enable, disable or drain.")
            private String order = "";
        }

        @ArgGroup(exclusive = false)
        private @Nullable Order order;

        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            Order one = order;
            return one == null
                    ? gateway.call("GET", "brokers")
                    : gateway.call(
                            "POST",
                            "brokers/" + encoded(one.cluster) + "/" + encoded(one.broker) + "/" + encoded(one.order));
        }
    }

    /** Lists sessions. */
    @Command(name = "sessions", description = "Lists sessions, or tells all about one.")
    static final class Sessions extends OperatorCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "TEXT",
                description = "Part of a client id, an address or a user name.")
        private @Nullable String text;

        @Option(names = "--id", paramLabel = "ID", description = "Tells all about this session.")
        private @Nullable String id;

        @Option(names = "--client-id", paramLabel = "TEXT", description = "Part of the client id.")
        private @Nullable String clientId;

        @Option(names = "--address", paramLabel = "TEXT", description = "Part of the client's address.")
        private @Nullable String address;

        @Option(names = "--user-name", paramLabel = "TEXT", description = "Part of the user name.")
        private @Nullable String userName;

        @Option(names = "--offset", paramLabel = "N", description = "Leaves out the first N.")
        private @Nullable Integer offset;

        @Option(names = "--limit", paramLabel = "N", description = "Lists at most N, up to 500; without it 50.")
        private @Nullable Integer limit;

        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            String session = id;
            if (session != null) {
                return gateway.call("GET", "sessions/" + encoded(session));
            }
            return gateway.call(
                    "GET",
                    "sessions?" + parameter("q", text) + parameter("client-id", clientId)
                            + parameter("address", address) + parameter("user-name", userName)
                            + parameter("offset", offset) + parameter("limit", limit));
        }
    }

    /** Ends a session. */
    @Command(name = "kick", description = "Ends a session; the client may come again.")
    static final class Kick extends OperatorCommand {
        @Parameters(paramLabel = "ID", description = "Of the session, as in the list of sessions.")
        private String id = "";

        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return gateway.call("POST", "sessions/" + encoded(id) + "/kick");
        }
    }

    /** Whom a ban concerns. */
    static final class Subject {
        @Option(names = "--client-id", paramLabel = "ID", description = "A client id, exactly.", required = true)
        private @Nullable String clientId;

        @Option(
                names = "--address",
                paramLabel = "ADDRESS",
                description = "An address or network, e.g. 192.0.2.7 or 192.0.2.0/24.",
                required = true)
        private @Nullable String address;

        String parameters() {
            return parameter("client-id", clientId) + parameter("address", address);
        }
    }

    /** Keeps a client out. */
    @Command(name = "ban", description = "Keeps a client out for a time, or lists the bans.")
    static final class Ban extends OperatorCommand {
        @ArgGroup
        private @Nullable Subject subject;

        @Option(names = "--for", paramLabel = "TIME", description = "How long, e.g. 90s, 15m, 1h, 7d; without it 1h.")
        private @Nullable String time;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; stands in the list.")
        private @Nullable String reason;

        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return subject == null
                    ? gateway.call("GET", "bans")
                    : gateway.call(
                            "POST",
                            "bans?" + subject.parameters() + parameter("for", time) + parameter("reason", reason));
        }
    }

    /** Ends a ban. */
    @Command(name = "unban", description = "Ends a ban.")
    static final class Unban extends OperatorCommand {
        @ArgGroup(multiplicity = "1")
        private Subject subject = new Subject();

        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return gateway.call("DELETE", "bans?" + subject.parameters());
        }
    }

    /** Reads files again. */
    @Command(name = "reload", description = "Reads configuration and certificates again.")
    static final class Reload extends OperatorCommand {
        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return gateway.call("POST", "reload");
        }
    }

    /** Ends the gateway. */
    @Command(name = "drain", description = "Says goodbye to all clients and ends the gateway, as SIGTERM does.")
    static final class Drain extends OperatorCommand {
        @Override
        public Integer call() throws UsageException, StartException, InterruptedException {
            return gateway.call("POST", "drain");
        }
    }
}
