package io.sluice.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds what a mistyped word was meant to be: the fewest insertions, deletions, substitutions and swaps of neighbours away
 * (optimal string alignment, Boytsov 2011), letter case aside.
 *
 * <p>Immutable.
 */
final class Nearest {
    private static final int MOST_EDITS = 3;
    private static final int LEAST_START = 4;

    private Nearest() {}

    /**
     * The candidate that begins with the word, where it is the only one; else the closest, the first of equals; empty where none
     * is within a quarter of the word and three edits.
     */
    static Optional<String> to(String word, Collection<String> candidates) {
        Optional<String> whole = begins(word, candidates);
        return whole.isPresent() ? whole : closest(word, candidates);
    }

    private static Optional<String> begins(String word, Collection<String> candidates) {
        String start = word.toLowerCase(Locale.ROOT);
        List<String> found = word.length() < LEAST_START
                ? List.of()
                : candidates.stream().filter(one -> one.startsWith(start)).toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static Optional<String> closest(String word, Collection<String> candidates) {
        int nearest = Math.max(1, Math.min(MOST_EDITS, word.length() / 4)) + 1;
        Optional<String> found = Optional.empty();
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - word.length()) >= nearest) {
                continue;
            }
            int edits = edits(word.toLowerCase(Locale.ROOT), candidate);
            if (edits < nearest) {
                nearest = edits;
                found = Optional.of(candidate);
            }
        }
        return found;
    }

    /** As the end of a message: {@code ; did you mean x?}, or nothing. */
    static String hint(String word, Collection<String> candidates) {
        return to(word, candidates)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    static int edits(String from, String to) {
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : cheapest(edits, from, to, i, j);
            }
        }
        return edits[from.length()][to.length()];
    }

    private static int cheapest(int[][] edits, String from, String to, int i, int j) {
        int substituted = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int least = Math.min(substituted, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
    }
}
