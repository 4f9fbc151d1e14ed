package io.sluice.net;

import java.io.IOException;

/**
 * There is no memory outside the heap for bytes that have to wait. It has no stack trace.
 *
 * <p>Immutable.
 */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException() {
        super("no memory for bytes that have to wait");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
