package io.sluice.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads file, environment and overrides, each into its {@code key=value} pairs, in order.
 *
 * <p>Immutable.
 */
final class Sources {
    private static final int GREATEST_FILE_BYTES = 1 << 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String ENVIRONMENT_PREFIX = "SLUICE__";
    private static final Pattern UPPER_CASE = Pattern.compile("[A-Z0-9_]*");

    private Sources() {}

    /**
     * One pair a line; blank lines and lines that begin with {@code #} or {@code !} are skipped.
     *
     * @throws ConfigurationException where the file as a whole cannot be read
     */
    static List<Written> file(Path file, Problems problems) throws ConfigurationException {
        byte[] bytes = bytes(file);
        List<Written> pairs = new ArrayList<>();
        int number = 1;
        for (int start = 0; start < bytes.length; number++) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            Written pair = line(bytes, start, end, Origin.line(file, number), problems);
            if (pair != null) {
                pairs.add(pair);
            }
            start = end + 1;
        }
        return pairs;
    }

    private static byte[] bytes(Path file) throws ConfigurationException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(GREATEST_FILE_BYTES + 1);
            if (bytes.length > GREATEST_FILE_BYTES) {
                throw unreadable(file, "it is larger than 1MiB");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw unreadable(file, "no such file");
        } catch (AccessDeniedException e) {
            throw unreadable(file, "permission denied");
        } catch (IOException e) {
            String reason =
                    Files.isDirectory(file) ? "it is a directory" : Quote.escape(String.valueOf(e.getMessage()));
            throw unreadable(file, reason);
        }
    }

    private static ConfigurationException unreadable(Path file, String reason) {
        return new ConfigurationException(List.of("cannot read " + Quote.escapeAll(file.toString()) + ": " + reason));
    }

    private static @Nullable Written line(byte[] bytes, int start, int end, Origin origin, Problems problems) {
        ByteBuffer encoded = ByteBuffer.wrap(bytes, start, end - start);
        boolean readable = true;
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(encoded.duplicate())
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(origin, "the line is not UTF-8; save the file in UTF-8");
            text = StandardCharsets.UTF_8.decode(encoded).toString();
            readable = false;
        }
        if (start == 0 && text.startsWith(BYTE_ORDER_MARK)) {
            text = text.substring(1);
        }
        text = text.strip();
        if (text.isEmpty() || text.startsWith("#") || text.startsWith("!")) {
            return null;
        }
        Written pair = Written.parse(text, origin);
        if (pair == null) {
            if (readable) {
                problems.add(origin, Quote.quote(text) + " is not key=value");
            }
            return null;
        }
        if (readable && text.endsWith("\\")) {
            problems.add(
                    origin,
                    Quote.escape(pair.key()) + ": " + Quote.quote(String.valueOf(pair.value()))
                            + " ends in a backslash; a line cannot be continued and a backslash escapes nothing");
            readable = false;
        }
        return readable ? pair : new Written(pair.key(), null, origin);
    }

    /** Variables that begin with {@code SLUICE__}, by name; Kubernetes makes others that begin with {@code SLUICE_}. */
    static List<Written> environment(Map<String, String> environment, Problems problems) {
        List<Written> pairs = new ArrayList<>();
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (!variable.startsWith(ENVIRONMENT_PREFIX)) {
                return;
            }
            Origin origin = Origin.environment(variable);
            String rest = variable.substring(ENVIRONMENT_PREFIX.length());
            if (UPPER_CASE.matcher(rest).matches()) {
                String key = rest.replace("__", ".").replace('_', '-').toLowerCase(Locale.ROOT);
                pairs.add(new Written(key, value.strip(), origin));
            } else {
                problems.add(origin, "the name is not in upper case; write e.g. SLUICE__CLUSTER__BROKERS");
            }
        });
        return pairs;
    }

    static List<Written> overrides(List<String> overrides, Problems problems) {
        List<Written> pairs = new ArrayList<>();
        for (String override : overrides) {
            Written pair = Written.parse(override, Origin.OVERRIDE);
            if (pair == null) {
                problems.add(Origin.OVERRIDE, Quote.quote(override) + " is not key=value");
            } else {
                pairs.add(pair);
            }
        }
        return pairs;
    }
}
