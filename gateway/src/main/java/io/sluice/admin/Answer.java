package io.sluice.admin;

import io.sluice.telemetry.Json;

/**
 * An HTTP answer.
 *
 * <p>Immutable.
 */
record Answer(int status, String type, String body) {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    static Answer json(Json json) {
        return new Answer(200, JSON, json + "\n");
    }

    static Answer text(String text) {
        return text(200, text);
    }

    static Answer text(int status, String text) {
        return new Answer(status, TEXT, text);
    }

    /** Something was done; one sentence says what. */
    static Answer done(boolean plain, String sentence) {
        return plain ? text(sentence + "\n") : json(new Json().put("message", sentence));
    }

    static Answer error(boolean plain, int status, String sentence) {
        return plain
                ? text(status, sentence + "\n")
                : new Answer(status, JSON, new Json().put("error", sentence) + "\n");
    }
}
