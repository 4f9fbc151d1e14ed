package io.sluice.config;

import java.nio.file.Path;

/**
 * Where a value comes from; orders problems as an operator meets the places.
 *
 * <p>Immutable.
 *
 * @param text as settings and problems name it
 * @param line of the file, from 1; 0 elsewhere
 * @param directory what a relative path is resolved against
 */
record Origin(Source source, String text, int line, Path directory) {

    /** The sources, the weakest last; problems are listed in this order. */
    enum Source {
        FILE,
        ENVIRONMENT,
        OVERRIDE,
        DEFAULT
    }

    private static final Path WORKING_DIRECTORY = Path.of("");

    static final Origin DEFAULT = new Origin(Source.DEFAULT, "default", 0, WORKING_DIRECTORY);
    static final Origin OVERRIDE = new Origin(Source.OVERRIDE, "--set", 0, WORKING_DIRECTORY);

    static Origin line(Path file, int line) {
        Path parent = file.getParent();
        return new Origin(
                Source.FILE,
                Quote.escape(String.valueOf(file.getFileName())) + ":" + line,
                line,
                parent == null ? WORKING_DIRECTORY : parent);
    }

    static Origin environment(String variable) {
        return new Origin(Source.ENVIRONMENT, "environment " + Quote.escape(variable), 0, WORKING_DIRECTORY);
    }

    boolean isDefault() {
        return source == Source.DEFAULT;
    }
}
