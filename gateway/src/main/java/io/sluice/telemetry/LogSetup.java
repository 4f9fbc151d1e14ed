package io.sluice.telemetry;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.hook.DefaultShutdownHook;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.ContextUtil;
import ch.qos.logback.core.util.Loader;
import io.sluice.config.Quote;
import java.io.File;
import java.time.ZoneId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process logs that has this class: one line for each event on stderr, since stdout belongs to what a command prints. Code,
 * not XML: to read that takes a tenth of a start.
 *
 * <p>Gives way to a file that {@code logback.configurationFile} names, and to a {@code logback-test.xml} on the class path, not to
 * a {@code logback.xml} there.
 *
 * <p>Found by logback as a service.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    /** One of logback's levels. */
    public static final String LEVEL_PROPERTY = "sluice.log.level";

    private static final String QUEUE = "ASYNC";
    private static final String CONSOLE = "STDERR";
    private static final int QUEUE_LINES = 16_384;
    private static final int FLUSH_MILLIS = 2_000;

    /** They tell on INFO what concerns nobody who operates a gateway. */
    private static final List<String> QUIET =
            List.of("io.netty", "io.undertow", "org.xnio", "org.jboss", "org.apache.activemq");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        String named = System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
        if (named == null ? isOnClassPath(ClassicConstants.TEST_AUTOCONFIG_FILE) : isThere(named)) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        context.getStatusManager().add(new NopStatusListener()); // what logback thinks of itself
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(queue(context));
        QUIET.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
        context.getLogger("io.sluice").setLevel(Level.toLevel(System.getProperty(LEVEL_PROPERTY), Level.INFO));

        DefaultShutdownHook hook = new DefaultShutdownHook();
        hook.setContext(context);
        new ContextUtil(context).addOrReplaceShutdownHook(hook);
        if (named != null) {
            context.getLogger(LogSetup.class)
                    .warn(
                            "{}: {} is not there, write a file or URL; logs go to stderr",
                            ClassicConstants.CONFIG_FILE_PROPERTY,
                            Quote.quote(named));
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Where logback looks: a URL, the class path, the file system. */
    private static boolean isThere(String named) {
        return named.matches("\\p{Alpha}{2,}:.*") || new File(named).isFile() || isOnClassPath(named);
    }

    private static boolean isOnClassPath(String name) {
        return !name.isEmpty() && Loader.getResourceBySelfClassLoader(name) != null;
    }

    /** An I/O thread never waits for the terminal: when the queue is full, lines are lost. */
    private static AsyncAppender queue(LoggerContext context) {
        GatheringConsole console = new GatheringConsole();
        console.setContext(context);
        console.setName(CONSOLE);
        console.setTarget("System.err");
        console.setEncoder(started(new TextEncoder(ZoneId.systemDefault()), context));
        console.start();

        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName(QUEUE);
        queue.setQueueSize(QUEUE_LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MILLIS);
        queue.addAppender(console);
        queue.start();
        return queue;
    }

    /** From now on the process logs JSON; one that a file has set up logs as the file says. */
    public static void toJson() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            toJson(context);
        }
    }

    static void toJson(LoggerContext context) {
        if (context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(QUEUE) instanceof AsyncAppender queue
                && queue.getAppender(CONSOLE) instanceof ConsoleAppender<ILoggingEvent> console) {
            console.setEncoder(started(new JsonEncoder(), context));
        }
    }

    private static Encoder<ILoggingEvent> started(Encoder<ILoggingEvent> encoder, LoggerContext context) {
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }
}
