package io.sluice;

import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Writes certificates for development.
 *
 * <p>Confined to the main thread.
 */
@Command(
        name = "dev-certs",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Writes a development CA and a server certificate for localhost.",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n")
final class DevCertsCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "Where to; without it certs-dev beside the launcher, else in the current directory.")
    private @Nullable Path directory;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws StartException {
        Path target = directory != null
                ? directory
                : Main.home().map(home -> home.resolve("certs-dev")).orElse(Path.of("certs-dev"));
        target = target.toAbsolutePath().normalize();
        DevCertificates certificates;
        try {
            certificates = DevCertificates.writeTo(target);
        } catch (IOException e) {
            throw new StartException("cannot write certificates to " + target + ": " + reason(e));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                certificates.authorityKept()
                        ? "The CA is the one you may already trust: " + certificates.authorityCertificate()
                        : "Let your browser trust this CA: " + certificates.authorityCertificate());
        out.println("tls.certificate=" + certificates.serverCertificate());
        out.println("tls.private-key=" + certificates.serverKey());
        return Main.OK;
    }

    /** The messages of these exceptions are the path alone. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return e.getMessage() + " is not a directory";
        }
        return String.valueOf(e.getMessage());
    }
}
