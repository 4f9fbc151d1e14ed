package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code load stub}: the stub broker alone, for targets that several processes load.
 *
 * <p>Confined to the thread that runs the command.
 */
@Command(
        name = "stub",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Runs the broker of --stub until it is interrupted.")
final class StubCommand implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "PORT", required = true, description = "On 127.0.0.1; 0 takes a free one.")
    int port;

    @Spec
    @Nullable
    CommandSpec spec;

    /**
     * Starts one on loopback.
     *
     * @throws LoadException the port cannot be had
     */
    static StubBroker start(int port) throws LoadException {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("stub: " + port + " is not a port; write 1 to 65535");
        }
        try {
            return StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new LoadException("the stub broker cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls the command");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (StubBroker stub = start(port)) {
            out.println("stub broker on " + stub.address().getAddress().getHostAddress() + ":"
                    + stub.address().getPort());
            out.flush();
            stub.thread().join();
            stub.check();
            return 0;
        } catch (IllegalArgumentException | LoadException e) {
            err.println("load: " + e.getMessage());
            err.flush();
            return e instanceof LoadException ? 1 : 2;
        }
    }
}
