package io.sluice.loadtest;

import io.sluice.loadtest.RealClient.Message;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Messages in the order of their arrival.
 *
 * <p>Thread-safe.
 */
final class Inbox {
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    void add(Message message) {
        messages.add(message);
    }

    Message next(Duration timeout) throws InterruptedException, TimeoutException {
        Message message = messages.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (message == null) {
            throw new TimeoutException("no message within " + timeout.toMillis() + " ms");
        }
        return message;
    }
}
