package io.sluice.loadtest.load;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * What {@code load} printed and returned.
 *
 * <p>Immutable.
 */
record CommandRun(int code, String out, String err) {
    private static final List<String> SHORT = List.of("--warmup", "0", "--duration", "0.3");

    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new LoadCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new CommandRun(code, out.toString(), err.toString());
    }

    /** With no warm-up, for a third of a second, unless told. */
    static CommandRun brief(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        for (int i = 0; i < SHORT.size(); i += 2) {
            if (!all.contains(SHORT.get(i))) {
                all.addAll(SHORT.subList(i, i + 2));
            }
        }
        return of(all.toArray(String[]::new));
    }

    /** The number that follows this in the output. */
    long number(String before) {
        Matcher matcher = Pattern.compile(Pattern.quote(before) + " +([0-9,]+)").matcher(out);
        if (!matcher.find()) {
            throw new AssertionError("no " + before + " in " + out + err);
        }
        return Long.parseLong(matcher.group(1).replace(",", ""));
    }
}
