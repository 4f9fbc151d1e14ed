package io.sluice.admin;

/**
 * What balancers and kubelets are told.
 *
 * <p>Immutable.
 */
final class Health {
    private Health() {}

    /** The process is there. */
    static Answer live() {
        return Answer.text("ok\n");
    }

    /** Whether new clients should come; else why not. */
    static Answer ready(Operations operations) {
        if (operations.gauges().draining()) {
            return Answer.text(503, "draining\n");
        }
        if (operations.gauges().memoryLevel() > 0) {
            return Answer.text(503, "short of memory\n");
        }
        return operations.live() ? Answer.text("ready\n") : Answer.text(503, "no live broker\n");
    }
}
